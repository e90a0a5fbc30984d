"""Names of languages, as people and services write them → ISO 639-1 codes.

The table has every language with a two-letter code: the code, those of ISO 639-2, its English names and what its
speakers call it. Regions and scripts behind a code (``pt-BR``, ``zh_Hant``) are passed over.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_TABLE = """
aa aar|Afar
ab abk|Abkhazian|Abkhaz
ae ave|Avestan
af afr|Afrikaans
ak aka|Akan|Twi
am amh|Amharic|አማርኛ
an arg|Aragonese|Aragonés
ar ara|Arabic|العربية|عربي|Árabe|Arabe|Arabisch
as asm|Assamese|অসমীয়া
av ava|Avaric
ay aym|Aymara
az aze|Azerbaijani|Azeri|Azərbaycan|Azərbaycanca
ba bak|Bashkir
be bel|Belarusian|Byelorussian|Беларуская
bg bul|Bulgarian|Български
bh bih|Bihari
bi bis|Bislama
bm bam|Bambara
bn ben|Bengali|Bangla|বাংলা
bo bod tib|Tibetan
br bre|Breton|Brezhoneg
bs bos|Bosnian|Bosanski
ca cat|Catalan|Valencian|Català
ce che|Chechen
ch cha|Chamorro
co cos|Corsican
cr cre|Cree
cs ces cze|Czech|Čeština|Česky|Tschechisch
cu chu|Church Slavic|Church Slavonic|Old Church Slavonic
cv chv|Chuvash
cy cym wel|Welsh|Cymraeg
da dan|Danish|Dansk|Dänisch
de deu ger|German|Deutsch|Alemán|Allemand|Tedesco|Alemão
dv div|Divehi|Dhivehi|Maldivian
dz dzo|Dzongkha
ee ewe|Ewe
el ell gre|Greek|Modern Greek|Ελληνικά
en eng|English|Inglés|Anglais|Englisch|Inglese|Inglês|英語|英语
eo epo|Esperanto
es spa|Spanish|Castilian|Español|Castellano|Espagnol|Spanisch|Spagnolo|Espanhol
et est|Estonian|Eesti
eu eus baq|Basque|Euskara
fa fas per|Persian|Farsi|فارسی
ff ful|Fulah|Fula
fi fin|Finnish|Suomi
fj fij|Fijian
fo fao|Faroese|Føroyskt
fr fra fre|French|Français|Francés|Französisch|Francese|Francês
fy fry|Western Frisian|Frisian|Frysk
ga gle|Irish|Irish Gaelic|Gaeilge
gd gla|Scottish Gaelic|Gaelic|Gàidhlig
gl glg|Galician|Galego
gn grn|Guarani
gu guj|Gujarati|ગુજરાતી
gv glv|Manx
ha hau|Hausa
he heb iw|Hebrew|עברית
hi hin|Hindi|हिन्दी|हिंदी
ho hmo|Hiri Motu
hr hrv scr|Croatian|Hrvatski
ht hat|Haitian Creole|Haitian|Kreyòl
hu hun|Hungarian|Magyar|Ungarisch
hy hye arm|Armenian|Հայերեն
hz her|Herero
ia ina|Interlingua
id ind|Indonesian|Bahasa Indonesia
ie ile|Interlingue
ig ibo|Igbo
ii iii|Sichuan Yi
ik ipk|Inupiaq
io ido|Ido
is isl ice|Icelandic|Íslenska
it ita|Italian|Italiano|Italien|Italienisch
iu iku|Inuktitut
ja jpn jp|Japanese|日本語|日语|Japonés|Japonais|Japanisch
jv jav|Javanese
ka kat geo|Georgian|ქართული
kg kon|Kongo
ki kik|Kikuyu
kj kua|Kuanyama
kk kaz|Kazakh|Қазақша
kl kal|Kalaallisut|Greenlandic
km khm|Khmer|Central Khmer|Cambodian|ខ្មែរ
kn kan|Kannada|ಕನ್ನಡ
ko kor kr|Korean|한국어|Coreano|Coréen
kr kau|Kanuri
ks kas|Kashmiri
ku kur|Kurdish|Kurdî
kv kom|Komi
kw cor|Cornish
ky kir|Kirghiz|Kyrgyz|Кыргызча
la lat|Latin|Latina|Latein|Latín|Lateinisch
lb ltz|Luxembourgish|Lëtzebuergesch
lg lug|Ganda
li lim|Limburgish|Limburgan
ln lin|Lingala
lo lao|Lao|ລາວ
lt lit|Lithuanian|Lietuvių
lu lub|Luba-Katanga
lv lav|Latvian|Latviešu
mg mlg|Malagasy
mh mah|Marshallese
mi mri mao|Maori|Māori
mk mkd mac|Macedonian|Македонски
ml mal|Malayalam|മലയാളം
mn mon|Mongolian|Монгол
mr mar|Marathi|मराठी
ms msa may|Malay|Bahasa Melayu
mt mlt|Maltese|Malti
my mya bur|Burmese|Myanmar|မြန်မာ
na nau|Nauru
nb nob|Norwegian Bokmål|Bokmål
nd nde|North Ndebele
ne nep|Nepali|नेपाली
ng ndo|Ndonga
nl nld dut|Dutch|Flemish|Nederlands|Vlaams|Holländisch|Niederländisch|Neerlandés
nn nno|Norwegian Nynorsk|Nynorsk
no nor|Norwegian|Norsk
nr nbl|South Ndebele
nv nav|Navajo
ny nya|Chichewa|Nyanja
oc oci|Occitan|Provençal|Lenga d'òc
oj oji|Ojibwa
om orm|Oromo
or ori|Oriya|Odia
os oss|Ossetian
pa pan|Punjabi|Panjabi|ਪੰਜਾਬੀ
pi pli|Pali
pl pol|Polish|Polski|Polnisch
ps pus|Pashto|Pushto
pt por br|Portuguese|Brazilian|Brazilian Portuguese|Português|Portugués|Portugais|Portugiesisch
qu que|Quechua
rm roh|Romansh
rn run|Rundi
ro ron rum mo|Romanian|Moldavian|Română
ru rus|Russian|Русский|Ruso|Russe|Russisch
rw kin|Kinyarwanda
sa san|Sanskrit|संस्कृतम्
sc srd|Sardinian
sd snd|Sindhi
se sme|Northern Sami|Sami
sg sag|Sango
si sin|Sinhala|Sinhalese|සිංහල
sk slk slo|Slovak|Slovenčina
sl slv|Slovenian|Slovene|Slovenščina
sm smo|Samoan
sn sna|Shona
so som|Somali
sq sqi alb|Albanian|Shqip
sr srp scc|Serbian|Српски|Srpski
ss ssw|Swati
st sot|Southern Sotho|Sotho
su sun|Sundanese
sv swe|Swedish|Svenska|Schwedisch
sw swa|Swahili|Kiswahili
ta tam|Tamil|தமிழ்
te tel|Telugu|తెలుగు
tg tgk|Tajik
th tha|Thai|ไทย|ภาษาไทย
ti tir|Tigrinya
tk tuk|Turkmen
tl tgl fil|Tagalog|Filipino|Pilipino
tn tsn|Tswana
to ton|Tonga|Tongan
tr tur|Turkish|Türkçe|Türkisch|Turco|Turc
ts tso|Tsonga
tt tat|Tatar
tw twi|Twi
ty tah|Tahitian
ug uig|Uighur|Uyghur
uk ukr|Ukrainian|Українська
ur urd|Urdu|اردو
uz uzb|Uzbek|Oʻzbekcha
ve ven|Venda
vi vie|Vietnamese|Tiếng Việt
vo vol|Volapük
wa wln|Walloon
wo wol|Wolof
xh xho|Xhosa
yi yid|Yiddish|ייִדיש
yo yor|Yoruba
za zha|Zhuang
zh zho chi cn cmn yue|Chinese|Mandarin|Mandarin Chinese|Cantonese|中文|汉语|漢語|國語|普通话|Chinesisch|Chino
zu zul|Zulu
"""
_ROWS = [row.split("|") for row in _TABLE.strip().splitlines()]
CODES = frozenset(row[0][:2] for row in _ROWS)
"""All two-letter codes."""

# Names by which pages call languages in their own words, the longer first.
AUTONYMS = tuple(
    sorted(
        {name for row in _ROWS for name in row[1:] if not name.isascii()}
        | {"English", "Deutsch", "Italiano", "Nederlands", "Svenska", "Polski", "Dansk", "Norsk", "Suomi", "Magyar"}
        | {"Hrvatski", "Srpski", "Shqip", "Bahasa Indonesia", "Galego", "Euskara", "Filipino", "Afrikaans"},
        key=lambda name: (-len(name), name),
    )
)


def iso_639_1(name: str) -> str | None:
    """Return the two-letter code of a language as somebody wrote it; None where that names none, or no one language.

    >>> [iso_639_1(name) for name in ("English", "eng", "en-US", " DEUTSCH ", "pt-br", "zh-TW", "Chinese (Simplified)")]
    ['en', 'en', 'en', 'de', 'pt', 'zh', 'zh']
    >>> [iso_639_1(name) for name in ("N/A", "", "English/Spanish", "xx")]
    [None, None, None, None]
    """
    folded = _folded(name)
    names = _names()
    if (code := names.get(folded)) or not folded or len(folded) > 64:
        return code
    first, _, rest = folded.replace("_", "-").partition("-")
    if rest and len(first) in (2, 3) and re.fullmatch(r"[a-z0-9]{2,8}(?:-[a-z0-9]{1,8})*", rest):
        return names.get(first)
    # What stands in brackets says of which kind: "Portuguese (Brazil)", "Chinese (Simplified)".
    head, _, kind = folded.partition(" (")
    return names.get(head) if kind.endswith(")") else None


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name[:200]).casefold().split())


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for row in _ROWS:
        codes = row[0].split()
        for name in (*codes, *row[1:]):
            names.setdefault(_folded(name), codes[0])
    # A code of two letters is that of its own language before it is another's old or mistaken one.
    return names | {code: code for code in CODES}
