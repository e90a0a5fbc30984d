"""Texts that stand where words would be: that there are none, that nobody may show them, that nothing is sung."""

from __future__ import annotations

import re

from musicdata.music.text import lyric_cleaning

_LONGEST = 400
_I = re.IGNORECASE

_THE_LYRICS = (
    r"(?:the |these )?(?:full |complete )?(?:song )?lyrics?(?: (?:for|to|of) (?:this|the|that) (?:song|track|title))?"
)
_ARE_NOT = r"(?:is |are |was |were )?(?:not |currently not |not yet |currently |un)?"
# English.
_NO_LYRICS = (
    r"n/?a|none|null|nan|nil|tbd|tba|lyrics|no lyrics|to be (?:added|announced)",
    (
        rf"(?:sorry,? |unfortunately,? )?{_THE_LYRICS} {_ARE_NOT}"
        r"(?:available|found|added|known|transcribed|missing|coming soon)"
        r"(?: (?:yet|at this time|right now|here))?"
    ),
    rf"{_THE_LYRICS}.{{0,60}} (?:have|has) (?:yet to be|not been|not yet been) .{{1,150}}",
    r"(?:sorry|unfortunately|we(?:['’]re| are) sorry).{0,80}\blyrics?\b.{0,150}",
    r"we (?:do not|don['’]t|did not|didn['’]t) (?:have|find) .{0,60}lyrics?\b.{0,120}",
    r"we(?: are|['’]re) not (?:licensed|authori[sz]ed|allowed|able) to (?:display|show).{0,150}",
    (
        r"(?:there are )?no (?:song )?lyrics?(?: text)?"
        r"(?: (?:are|is|were|was|to|for|on|found|available|yet|in|text|this|song|track|display|at|the|moment|part|here|"
        r"\d+))*"
    ),
    r"be the first to (?:add|submit|post) (?:the |these |this )?(?:song )?lyrics.{0,60}",
    r"(?:lyrics )?coming soon|(?:please )?check back (?:soon|later|once).{0,80}",
    r"lyrics removed (?:at|due to|by) .{0,80}",
)
# German, French, Spanish and Portuguese, Italian, Dutch, Polish, Czech, Hungarian, Russian, Ukrainian, Turkish,
# Vietnamese, Chinese and Japanese, Korean, Arabic, Hebrew.
_ELSEWHERE = (
    (
        r"(?:der |dieser )?(?:songtext|liedtext|text)(?: ist)?(?: leider)?(?: noch)? nicht(?: mehr)? "
        r"(?:verfügbar|vorhanden|bekannt)"
    ),
    r"(?:leider )?keine? (?:songtext|liedtext|text|lyrics) (?:verfügbar|vorhanden|gefunden)",
    r"(?:les )?paroles (?:ne sont pas |non |in|pas )(?:encore )?disponibles?.{0,40}",
    r"pas de paroles(?: disponibles)?|aucune parole.{0,40}",
    r"(?:la )?letras? (?:no|não)(?: (?:está|se encuentra|estão))? (?:disponibles?|disponível|encontrada)",
    r"sin letra|sem letra|(?:il )?testo non (?:ancora )?disponibile|(?:i )?testi non disponibili",
    r"nessun testo(?: disponibile)?|(?:songtekst|tekst|songteksten)(?: is)? niet beschikbaar",
    r"brak tekstu(?: piosenki)?|tekst (?:piosenki )?niedostępny|text (?:písně )?není (?:k dispozici|dostupný)",
    r"(?:a )?dalszöveg nem (?:elérhető|található)|текста? (?:песни )?(?:отсутствует|не найден|недоступен|нет)",
    r"нет текста(?: песни)?|текст пісні відсутній|şarkı söz(?:ü|leri) (?:bulunamadı|mevcut değil)|sözleri yok",
    r"lời bài hát (?:đang được )?(?:cập nhật|không có).{0,20}",
    r"(?:暂无|暫無|没有|沒有|无|無)(?:此歌)?(?:歌词|歌詞)|(?:此歌曲)?(?:暂|暫)(?:时|時)?(?:没有|沒有)(?:歌词|歌詞)",
    r"(?:歌词|歌詞)(?:暂无|暫無|准备中|準備中|はありません|未登録|制作中)",
    r"가사(?:가|를|는)? ?(?:없습니다|없음|준비 ?중.{0,6}|찾을 수 없습니다|등록 ?중.{0,6})",
    r"كلمات الأغنية غير متوفرة|(?:המילים|מילות השיר) לא (?:זמינות|נמצאו)",
)
_PLACEHOLDER = re.compile("|".join(f"(?:{pattern})" for pattern in (*_NO_LYRICS, *_ELSEWHERE)), _I)
_INSTRUMENTAL = re.compile(
    r"(?:this (?:song|track|piece) (?:has|contains) )?"
    r"(?:no (?:vocals?|words|lyrics),? ?(?:this is |it['’]s )?(?:just )?)?\(?(?:an? )?(?:purely )?"
    r"(?:instrumental|instrumentale?s?|strumentale|instrumentaal|instrumentalny|инструментал(?:ьная)?|"
    r"インスト(?:ゥルメンタル|ルメンタル)?|연주곡|enstrümantal|instrumentál(?:is|ní)?)\)?"
    r"(?: (?:song|track|version|music|piece|stück|titel))?"
    r"|(?:此歌曲)?(?:为|為)?(?:没有|沒有)填(?:词|詞)的(?:纯|純)音(?:乐|樂).{0,10}|(?:纯|純)音(?:乐|樂).{0,10}",
    _I,
)
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def is_placeholder(text: str) -> bool:
    """Say whether a text stands in the place of words, in one of some twenty languages.

    >>> [is_placeholder(text) for text in ("[Lyrics not available]", "Paroles non disponibles.", "No lyrics today")]
    [True, True, False]
    """
    return _says(_PLACEHOLDER, text)


def is_instrumental(text: str) -> bool:
    """Say whether a text says nothing but that nothing is sung.

    >>> is_instrumental("(Instrumental)"), is_instrumental("纯音乐，请欣赏"), is_instrumental("Instrumental to my plan")
    (True, True, False)
    """
    return lyric_cleaning.is_instrumental(text) or _says(_INSTRUMENTAL, text)


def _says(pattern: re.Pattern[str], text: str) -> bool:
    if len(text) > _LONGEST:
        return False
    return pattern.fullmatch(_EDGES.sub("", " ".join(text.split()))) is not None
