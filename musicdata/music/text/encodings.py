"""Finds the encoding of texts that do not state it, by what their letters are; texts that fit none are refused.

Every encoding that can decode the texts proposes what they would say. A proposal stands only if all of it can be of
one language that is written in that encoding (`orthography`). Of those that stand, the likeliest is taken: by chardet's
statistics of pairs of bytes in each language, by fastText's of pairs and triples of letters, and by how usual the
encoding is. Where a second one that says something else is nearly as likely, nothing is decided.
"""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from musicdata.music.text import alphabets, orthography
from musicdata.music.text import language as languages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# fmt: off
_WESTERN = alphabets.WESTERN
_CENTRAL = ("cs", "hr", "hu", "pl", "ro", "sk", "sl")
_BALTIC = ("et", "lt", "lv")
_CYRILLIC = ("ru", "uk", "be", "bg", "sr", "mk")
_LANGUAGES = {
    "cp1252": _WESTERN, "mac-roman": _WESTERN, "cp850": _WESTERN, "cp437": _WESTERN, "iso8859-15": _WESTERN,
    "cp1250": _CENTRAL, "iso8859-2": _CENTRAL, "cp852": _CENTRAL, "mac-latin2": _CENTRAL,
    "cp1257": _BALTIC, "iso8859-13": _BALTIC, "cp1254": ("tr",), "iso8859-9": ("tr",), "cp1258": ("vi",),
    "cp1251": _CYRILLIC, "koi8-r": ("ru", "bg"), "koi8-u": ("uk", "ru", "be", "bg"), "iso8859-5": _CYRILLIC,
    "cp866": ("ru", "be", "uk", "bg"), "mac-cyrillic": _CYRILLIC,
    "cp1253": ("el",), "iso8859-7": ("el",), "cp1255": ("he",), "iso8859-8": ("he",),
    "cp1256": ("ar", "fa"), "iso8859-6": ("ar",), "cp874": ("th",),
    "cp932": ("ja",), "euc_jis_2004": ("ja",), "gb18030": ("zh",), "big5hkscs": ("zh",), "cp949": ("ko",),
}
# fmt: on
"""Encoding, as chardet calls it → the languages that are written in it."""
_UNUSUAL = {
    "cp437": 0.5,
    "cp850": 0.5,
    "cp852": 0.5,
    "cp866": 0.7,
    "mac-roman": 0.7,
    "mac-latin2": 0.3,
    "mac-cyrillic": 0.5,
}
_USUAL = ("cp1252", "iso8859-15")
_DOUBTED = 0.5
_NEAR, _NEAR_USUAL, _NEAR_SHORT = 0.4, 0.75, 0.05
"""A second proposal with this share of the first one's likelihood leaves the choice open; a larger one if that is
cp1252, which is by far the most usual, a smaller one in texts of few characters."""
_SHORT = 40
_LEAST_SHARE, _LEAST_SHARE_SHORT = 0.05, 0.3
"""Texts are taken for one of an encoding's languages with at least this probability."""
_FAR = 0.5
"""With less than this share of the confidence in the likeliest encoding, fit or not, a proposal falls."""
_EAST_ASIAN = ("cp932", "euc_jis_2004", "gb18030", "big5hkscs", "cp949")
_FEW_CHARACTERS = 0.05
_ESCAPES = {"iso2022_jp_2": b"\x1b$", "iso2022_kr": b"\x1b$)C", "hz": b"~{"}
"""Encodings in seven bits, and what gives them away."""
_PRINTABLE_SHARE = 0.95
_CONTROLS = bytes({*range(0x09), *range(0x0E, 0x20), 0x7F} - {0x1B})
_HIGH_BYTES = frozenset({0x00, 0x03, 0x04, 0x05, 0x06, 0x0E, 0x30})
"""In UTF-16 the first half of Latin, Greek, Cyrillic, Hebrew, Arabic and Thai letters, and of kana."""
_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


N_KNOWN = len(_LANGUAGES) + len(_ESCAPES) + len(_MARKS) + 1
_JUDGED, _LONGEST = 40_000, 2_000
"""So many bytes of a source's texts, and of one of them, tell what the rest is."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by Python's name; `again` is the one that its UTF-8 was once mistaken for, and written anew."""

    name: str
    again: str | None = None


def find(texts: Sequence[bytes], language: str | None = None) -> Encoding | None:
    """Return the encoding of texts; None when it cannot be told.

    Texts with a byte order mark are read by it. Beyond that, texts that are UTF-8 are UTF-8, unless their letters show
    that they were read wrongly before they were written so.

    Args:
        texts: of one source, together: a syllable alone may fit any encoding.
        language: ISO 639-1 code the source states; proposals that fit it go before others.

    >>> find(["Ży".encode("cp1250"), "je nam, ".encode("cp1250"), b"ra", "dość".encode("cp1250")], "pl")
    Encoding(name='cp1250', again=None)
    """
    together = b"\n".join(texts)
    if (wide := _utf_16(texts, together)) is not None:
        return Encoding(wide)
    texts = [text.rstrip(b"\0") for text in texts]
    printable = [text.translate(None, _CONTROLS) for text in texts]
    if sum(map(len, printable)) < _PRINTABLE_SHARE * sum(map(len, texts)):
        return None
    texts, together = printable, b"\n".join(printable)
    for name, escape in _ESCAPES.items():
        if escape in together and (escaped := _decoded(texts, name)) is not None and "\x1b" not in "".join(escaped):
            return Encoding(name)
    if together.isascii():
        return Encoding("ascii")
    if (plain := _decoded(texts, "utf-8")) is not None:
        return _mistaken_once(plain)
    judged = _judged(texts)
    likeliest = _likeliest(judged, language) if judged else None
    return likeliest if likeliest and _decoded(texts, likeliest.name) is not None else None


def _judged(texts: Sequence[bytes]) -> list[bytes]:
    """Return the first texts, as many as are enough to judge by, none that is a document by itself."""
    sizes = accumulate(map(len, texts))
    return [text for text, size in zip(texts, sizes, strict=True) if size <= _JUDGED and len(text) <= _LONGEST]


def read(raw: bytes, encoding: Encoding) -> str:
    """Return a text, composed (NFC) and without a byte order mark.

    One that is not in this encoding, which its neighbours are in, is read as the most usual one would be.
    """
    name = _name_beside(raw, encoding.name) if encoding.name in _MARKS.values() else encoding.name
    text = _one(raw, name)
    if text is None or (encoding.name == "ascii" and not raw.isascii()):
        return raw.decode("cp1252", "replace")
    return text.encode(encoding.again).decode() if encoding.again and not text.isascii() else text


def _mistaken_once(plain: Sequence[str]) -> Encoding | None:
    """Tell UTF-8 from UTF-8 that holds what another encoding was mistaken for."""
    beyond = [text for text in plain if not text.isascii()]
    for name in ("cp1252", "latin-1", "cp1251"):
        try:
            for text in beyond:
                text.encode(name).decode()
        except UnicodeError:
            continue
        return Encoding("utf-8", name)
    letters = [c for text in plain for c in text[:_JUDGED] if c.isalpha()]
    n_western = sum("\u0080" <= c <= "\u00ff" for c in letters)
    is_soup = n_western > 0.5 * len(letters) and n_western > 3
    return None if is_soup or any("\ufffd" in text for text in plain) else Encoding("utf-8")


def _utf_16(texts: Sequence[bytes], together: bytes) -> str | None:
    """Tell UTF-16, which has a byte order mark in one text at least, or high bytes in every second place."""
    name = next((_MARKS[text[:2]] for text in texts if text[:2] in _MARKS), None) or _unmarked_utf_16(texts, together)
    if name is None:
        return None
    decoded = [text for raw in texts if (text := _one(raw, _name_beside(raw, name))) is not None]
    return name if len(decoded) == len(texts) and _is_legible("".join(decoded)) else None


def _unmarked_utf_16(texts: Sequence[bytes], together: bytes) -> str | None:
    wide = [text for text in texts if text and _name_beside(text, "") == ""]
    first, second = b"".join(text[::2] for text in wide), b"".join(text[1::2] for text in wide)
    if not wide or not (b"\0" in together or {*first} <= _HIGH_BYTES or {*second} <= _HIGH_BYTES):
        return None
    n_high = [sum(map(places.count, _HIGH_BYTES)) for places in (first, second)]
    return "utf-16-be" if n_high[0] > n_high[1] else "utf-16-le"


def _name_beside(raw: bytes, name: str) -> str:
    """Return the encoding of a text among others in UTF-16: a program's own headers may stand in ASCII."""
    is_ascii = raw.isascii() and b"\0" not in raw and (len(raw) % 2 == 1 or (raw[:1] == b"@" and raw[1:2].isalpha()))
    return _MARKS.get(raw[:2], "ascii" if is_ascii else name)


def _is_legible(text: str) -> bool:
    """Say whether the letters beyond ASCII are of one script, and no control character stands among them."""
    scripts = {unicodedata.name(c, "?").split()[0] for c in set(text) if c.isalpha()} - {"LATIN"}
    together = scripts <= {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"} or len(scripts) <= 1
    return together and all(c.isprintable() or c.isspace() or c == "\ufeff" for c in text)


def _one(raw: bytes, name: str) -> str | None:
    try:
        return unicodedata.normalize("NFC", raw.decode(name)).lstrip("\ufeff").rstrip("\0")
    except UnicodeDecodeError:
        return None


def _decoded(texts: Sequence[bytes], name: str) -> list[str] | None:
    decoded = [text for text in (_one(raw, name) for raw in texts) if text is not None]
    return decoded if len(decoded) == len(texts) else None


@dataclass(frozen=True, slots=True)
class _Proposal:
    """What texts would say in an encoding: `share` is the probability that it is of one of the encoding's languages."""

    text: str
    name: str
    likelihood: float
    share: float
    is_stated: bool


def _likeliest(texts: Sequence[bytes], language: str | None) -> Encoding | None:
    best: dict[str, _Proposal] = {}
    for proposal in sorted(_proposals(texts, language), key=lambda proposal: -proposal.likelihood):
        best.setdefault(proposal.text, proposal)
    ranked = [proposal for proposal in best.values() if proposal.is_stated] or list(best.values())
    if not ranked:
        return None
    first = ranked[0]
    is_short, near = len(first.text) < _SHORT, _NEAR * _UNUSUAL.get(first.name, 1.0)
    near = _NEAR_USUAL if first.name in _USUAL else near
    if any(c.isalpha() and not c.isascii() for c in first.text):
        near = _NEAR_SHORT if is_short and not first.is_stated else near
        least_share = _LEAST_SHARE_SHORT if is_short and len(ranked) > 1 else _LEAST_SHARE
        if first.share < least_share and not first.is_stated:
            return None
    if len(ranked) > 1 and ranked[1].likelihood >= near * first.likelihood:
        return None
    return Encoding(first.name)


def _proposals(texts: Sequence[bytes], language: str | None) -> Iterator[_Proposal]:
    for name, confidence, decoded in _candidates(texts):
        if fitting := [code for code in _LANGUAGES[name] if orthography.can_be(decoded, code)]:
            share = _share_of(fitting, "".join(decoded))
            likelihood = confidence * _DOUBTED ** orthography.doubts(decoded) * (0.02 + share)
            yield _Proposal("\n".join(decoded), name, likelihood, share, language in fitting)


def _candidates(texts: Sequence[bytes]) -> Iterator[tuple[str, float, list[str]]]:
    """Yield encodings that can decode the texts: name, chardet's confidence in it, less for an unusual one, texts."""
    import chardet

    results = chardet.detect_all(
        b"".join(texts), ignore_threshold=True, include_encodings=list(_LANGUAGES), compat_names=False
    )
    confidences = {name: float(one["confidence"]) for one in results if (name := str(one["encoding"])) in _LANGUAGES}
    # It does not propose the wide encodings where the characters are few.
    confidences = dict.fromkeys(_EAST_ASIAN, _FEW_CHARACTERS) | confidences
    decoded = {name: whole for name in confidences if (whole := _decoded(texts, name)) is not None}
    weighted = {name: confidences[name] * _UNUSUAL.get(name, 1.0) for name in decoded}
    highest = max((confidences[name] for name in decoded), default=0.0)
    for name, whole in decoded.items():
        if confidences[name] >= _FAR * highest or weighted[name] >= _FAR * max(weighted.values()):
            yield name, weighted[name], whole


def _share_of(codes: Sequence[str], text: str) -> float:
    """Return the probability of these languages, half of it judged by the letters without what is above and below."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return sum(share for form in (text, bare) for code, share in languages.shares(form) if code in codes) / 2
