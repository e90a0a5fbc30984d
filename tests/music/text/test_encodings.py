"""Encodings that nobody states: the letters tell, or nothing is decided."""

from __future__ import annotations

import random
import unicodedata

import pytest

from musicdata.music.text import encodings

pytestmark = pytest.mark.timeout(60)

# Folk songs and hymns, their beginnings.
SONGS = {
    "ru": "Во поле берёза стояла, во поле кудрявая стояла, люли люли стояла. Некому берёзу заломати",
    "uk": "Ніч яка місячна, зоряна, ясная, видно, хоч голки збирай. Вийди, кохана, працею зморена, хоч на хвилиночку в гай",
    "bg": "Хубава си моя горо, миришеш на младост, но вселяваш в сърцата ни само скръб и жалост",
    "sr": "Тамо далеко, далеко од мора, тамо је село моје, тамо је Србија. Тамо је љубав моја",
    "el": "Σε γνωρίζω από την κόψη του σπαθιού την τρομερή, σε γνωρίζω από την όψη που με βία μετράει τη γη",
    "tr": "Üsküdar'a gider iken aldı da bir yağmur, kâtibimin setresi uzun eteği çamur, kâtip uykudan uyanmış",
    "pl": "Zasiali górale owies, owies, od końca do końca, tak jest, żeby się ludziom lepiej żyło na świecie całym",
    "cs": "Kde domov můj, kde domov můj, voda hučí po lučinách, bory šumí po skalinách, v sadě skví se jara květ",
    "hu": "Tavaszi szél vizet áraszt, virágom, virágom, minden madár társat választ, hát én immár kit válasszak, őszi",
    "ro": "Lung e drumul, pân' la Cluj, şi mai lung e dorul meu, că mă duce şi mă-ntoarce, ţara mea, mândra mea",
    "hr": "Lijepa naša domovino, oj junačka zemljo mila, stare slave djedovino, da bi vazda sretna bila, čuj još ždral",
    "sk": "Tancuj, tancuj, vykrúcaj, vykrúcaj, len mi piecku nezrúcaj, dobrá piecka na zimu, keď nemá ťažkú perinu, šťastie",
    "lt": "Ant kalno mūrai, joja lietuviai, joja joja lietuvaičiai, neša žalias rūtas, šaukia į šalį, ąžuolai",
    "lv": "Pūt, vējiņi, dzen laiviņu, aizdzen mani Kurzemē. Kurzemniece man solīja savu meitu malējiņ, šķirt, ģērbt",
    "he": "שלום עליכם מלאכי השרת מלאכי עליון ממלך מלכי המלכים הקדוש ברוך הוא",
    "ar": "طلع البدر علينا من ثنيات الوداع وجب الشكر علينا ما دعا لله داع أيها المبعوث فينا",
    "th": "ลอยลอยกระทง ลอยลอยกระทง ลอยกระทงกันแล้ว ขอเชิญน้องแก้วออกมารำวง วันเพ็ญเดือนสิบสอง น้ำก็นองเต็มตลิ่ง",
    "ja": "うさぎおいしかのやま こぶなつりしかのかわ ゆめはいまもめぐりて わすれがたきふるさと 春の小川はさらさら行くよ",
    "zh": "茉莉花 好一朵美丽的茉莉花 芬芳美丽满枝桠 又香又白人人夸 让我来将你摘下 送给别人家 天上的月亮不说话",
    "zh-TW": "好一朵美麗的茉莉花 芬芳美麗滿枝椏 又香又白人人誇 讓我來將你摘下 送給別人家 天上的月亮不說話",
    "ko": "아리랑 아리랑 아라리요 아리랑 고개로 넘어간다 나를 버리고 가시는 님은 십리도 못가서 발병난다",
    "vi": "Trống cơm khen ai khéo vỗ nên bông, một bầy tang tình con sít, ố mấy lội lội sông, đi tìm em nhớ thương ai",
    "fr": "À la claire fontaine, m'en allant promener, j'ai trouvé l'eau si belle que je m'y suis baignée, il y a longtemps",
    "de": "Der Mond ist aufgegangen, die goldnen Sternlein prangen, schläfst du, hörst du nicht, süße Träume für dich",
    "es": "¿Dónde están las llaves? En el fondo del mar, mañana por la mañana irá el niño a buscarlas, corazón",
    "it": "Santa Lucia, venite all'agile barchetta mia, è già l'ora, così soave, non c'è più affanno, perché",
    "pt": "Atirei o pau ao gato, mas o gato não morreu, dona Chica admirou-se, São João, coração, três irmãos, amanhã",
    "sv": "Små grodorna, små grodorna är lustiga att se, ej öron, ej öron, ej svansar hava de",
    "da": "I skoven skulle være gilde, alt hos den gamle ørn, alle fuglene de ville på bryllup, så kære små",
    "is": "Á Sprengisandi, ríðum ríðum og rekum yfir sandinn, rennur sól á bak við Arnarfell, hér á reiki er margur óhreinn",
    "fi": "Kalliolle kukkulalle rakennan minä majani, tule tule tyttö nuori jakamaan se minun kanssani, yötä päivää",
    "en": "It\u2019s a long way to go, don\u2019t you cry, I\u2019ll be there\u2026 and we\u2019ll sing till the morning",
}
# fmt: off
WRITTEN = [
    *((code, name) for name in ("cp1251", "koi8-r", "cp866", "iso8859-5") for code in ("ru",)),
    *((code, name) for name in ("cp1251", "koi8-u") for code in ("uk",)), ("bg", "cp1251"), ("sr", "cp1251"),
    *((code, name) for name in ("cp1250", "iso8859-2") for code in ("pl", "cs", "hu", "ro", "hr", "sk")),
    ("pl", "cp852"), ("el", "cp1253"), ("el", "iso8859-7"), ("tr", "cp1254"), ("tr", "iso8859-9"),
    ("lt", "cp1257"), ("lv", "cp1257"), ("he", "cp1255"), ("ar", "cp1256"), ("th", "cp874"), ("vi", "cp1258"),
    ("ja", "cp932"), ("ja", "euc_jp"), ("ja", "iso2022_jp"), ("zh", "gb2312"), ("zh", "gb18030"), ("zh", "hz"),
    ("zh-TW", "big5"), ("ko", "euc_kr"), ("ko", "cp949"),
    *((code, name) for name in ("cp1252", "mac_roman") for code in ("fr", "de", "es", "it", "pt", "sv", "da", "fi", "en")),
    ("is", "cp1252"), ("de", "cp850"), ("fr", "cp850"), ("de", "iso8859-15"),
    *((code, name) for name in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be") for code in SONGS),
]
# fmt: on


def syllables(song: str) -> list[str]:
    """Return a song in pieces, a space at the end of each word, as karaoke files have them."""
    pieces = []
    for word in unicodedata.normalize("NFC", song).split():
        cuts = [*range(0, len(word), 3)]
        pieces += [word[start : start + 3] + " " * (start == cuts[-1]) for start in cuts]
    return pieces


def encoded(piece: str, name: str) -> bytes:
    if name == "cp1258":  # has no letter with both a circumflex and a tone: the tone stands behind
        return b"".join(_vietnamese(character) for character in piece)
    return piece.encode(name)


def _vietnamese(character: str) -> bytes:
    try:
        return character.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", character)
        tones = "".join(part for part in parts if part in "\u0300\u0301\u0303\u0309\u0323")
        base = unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones))
        return (base + tones).encode("cp1258")


@pytest.mark.parametrize(("code", "name"), WRITTEN)
def test_a_song_is_read_in_the_encoding_it_was_written_in(code: str, name: str) -> None:
    song = syllables(SONGS[code])
    texts = [encoded(piece, name) for piece in song]
    encoding = encodings.find(texts)
    assert encoding is not None
    assert [encodings.read(text, encoding) for text in texts] == song


@pytest.mark.parametrize(("code", "name"), WRITTEN)
def test_few_syllables_are_right_or_undecided_and_never_other_letters(code: str, name: str) -> None:
    song = syllables(SONGS[code])
    for n in (6, 12):
        for start in range(0, len(song) - n, 9):
            texts = [encoded(piece, name) for piece in song[start : start + n]]
            encoding = encodings.find(texts)
            if encoding is not None:
                assert [encodings.read(text, encoding) for text in texts] == song[start : start + n]


@pytest.mark.parametrize("mistaken", ["cp1252", "latin-1"])
@pytest.mark.parametrize("code", ["ru", "el", "uk", "bg", "he"])
def test_letters_mistaken_before_they_were_written_in_utf_8_are_no_words(code: str, mistaken: str) -> None:
    name = {"el": "iso8859-7", "he": "iso8859-8"}.get(code, "cp1251")
    song = [piece.encode(name).decode(mistaken, "replace") for piece in syllables(SONGS[code])]
    assert encodings.find([piece.encode() for piece in song]) is None


@pytest.mark.parametrize("code", ["fr", "ru", "pl", "ja"])
def test_utf_8_written_twice_is_read_twice(code: str) -> None:
    song = syllables(SONGS[code])
    texts = [piece.encode().decode("latin-1").encode() for piece in song]
    encoding = encodings.find(texts)
    assert encoding == encodings.Encoding("utf-8", "latin-1")
    assert [encodings.read(text, encoding) for text in texts] == song


def test_letters_lost_on_the_way_are_no_words() -> None:
    assert encodings.find(["S\ufffd\ufffde ".encode(), b"Tr", "\ufffdume".encode()]) is None


def test_letters_of_no_language_are_undecided() -> None:
    chance = random.Random(7)
    for _ in range(60):
        texts = [bytes(chance.randrange(0x80, 0x100) for _ in range(4)) for _ in range(20)]
        assert encodings.find(texts) is None


def test_what_the_source_states_decides_between_readings() -> None:
    few = ["ne", "ša ", "ža", "lias ", "rū", "tas "]
    texts = [piece.encode("cp1257") for piece in few]
    stated = encodings.find(texts, "lt")
    assert stated is not None
    assert [encodings.read(text, stated) for text in texts] == few


def test_texts_beside_the_song_do_not_hinder() -> None:
    encoding = encodings.Encoding("utf-8")
    assert encodings.read("Für".encode(), encoding) == "Für"
    assert encodings.read(b"\xa9 1999", encoding) == "© 1999"
    assert encodings.read(b"\xff\xfed\x00\xfc\x00", encodings.Encoding("utf-16-le")) == "dü"
    assert encodings.read(b"@KMIDI", encodings.Encoding("utf-16-le")) == "@KMIDI"
    assert encodings.read("яю".encode("cp1251"), encodings.Encoding("cp1251")) == "яю"


def test_a_zero_at_the_end_of_each_text_is_no_letter() -> None:
    texts = [piece.encode("cp1251") + b"\0" for piece in syllables(SONGS["ru"])]
    assert encodings.find(texts) == encodings.Encoding("cp1251")


def test_a_text_as_long_as_a_book_is_no_song() -> None:
    assert encodings.find([b"\xcf\xf0\xe8\xe2\xe5\xf2 " * 5_000]) is None
    verse = [piece.encode("cp1251") for piece in syllables(SONGS["ru"])]
    assert encodings.find(verse * 2_000) == encodings.Encoding("cp1251")
    assert encodings.find([*verse * 2_000, b"\x98"]) is None  # no letter of cp1251
