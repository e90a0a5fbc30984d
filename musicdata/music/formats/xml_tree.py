"""XML from files that are not trusted, as element trees.

A document may name its DTD, as every MusicXML file does, but the DTD is never fetched, and a document that
brings declarations of its own is refused: nothing it could declare is needed to read a score, and entities
are how XML reads other files or blows up.

A document is decoded before it is parsed, by the codec that it declares, if that is one of a list: the parser itself
knows four, and scores come in what their program's system used.
"""

from __future__ import annotations

import codecs
import re
import xml.etree.ElementTree as ET
from encodings.aliases import aliases
from xml.parsers import expat

from musicdata.errors import FormatError

MAX_BYTES = 64 * 1024 * 1024
_MAX_TAGS = 8_000_000  # "<" characters; a score of the greatest length has about 5 million
_MARKS = (
    (codecs.BOM_UTF8, "utf_8"),
    (codecs.BOM_UTF16_LE, "utf_16_le"),
    (codecs.BOM_UTF16_BE, "utf_16_be"),
    # "<" without a mark
    (b"<\0", "utf_16_le"),
    (b"\0<", "utf_16_be"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z][\w.:-]{0,40})["']""")
_OWN_ALIASES = {
    "x_sjis": "cp932", "windows_31j": "cp932", "x_mac_roman": "mac_roman", "x_mac_cyrillic": "mac_cyrillic",
    "x_gbk": "gbk", "x_euc_jp": "euc_jp", "unicode": "utf_16", "utf8mb4": "utf_8", "ansi": "cp1252",
}  # fmt: skip
# Only codecs that turn bytes into text, and no longer text than the bytes.
_CODECS = {
    "utf_8", "utf_16", "utf_16_le", "utf_16_be", "ascii", "latin_1",
    *(f"iso8859_{number}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    *(f"cp{number}" for number in (*range(1250, 1259), 437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863)),
    "cp865", "cp866", "cp869", "cp874", "cp932", "cp949", "cp950", "koi8_r", "koi8_u", "kz1048", "tis_620",
    "mac_roman", "mac_latin2", "mac_cyrillic", "mac_greek", "mac_turkish", "mac_iceland",
    "shift_jis", "shift_jisx0213", "shift_jis_2004", "euc_jp", "iso2022_jp", "euc_kr", "johab", "gb2312", "gbk",
    "gb18030", "hz", "big5", "big5hkscs",
}  # fmt: skip
# What programs that declare the first write: the same and more.
_WIDER = {
    "shift_jis": "cp932", "euc_kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs",
    "iso8859_9": "cp1254", "iso8859_11": "cp874", "tis_620": "cp874",
}  # fmt: skip
_CONTROLS = re.compile(b"[\x80-\x9f]")


def parse(data: bytes) -> ET.Element:
    """Parse a document and return its root element.

    Args:
        data: the bytes of the document, in the encoding it declares.

    Raises:
        FormatError: `too_large`, `unsafe_xml` (it declares something), `unsupported_encoding`, `corrupt_xml`.
    """
    return parse_text(decode(data))


def parse_text(text: str) -> ET.Element:
    """Parse a document that was decoded, whatever encoding it declares.

    Raises:
        FormatError: `unsafe_xml` or `corrupt_xml`.
    """
    try:
        _check_prolog(text)
        return ET.XML(text)
    except (expat.ExpatError, ET.ParseError, ValueError) as error:
        raise FormatError("corrupt_xml", f"not well-formed XML: {error}") from error


def looks_like_xml(data: bytes) -> bool:
    r"""Say whether bytes begin as a document does: with a mark of its encoding, or with a "<".

    >>> looks_like_xml(b"\n<?xml"), looks_like_xml("<".encode("utf-16")), looks_like_xml(b"PK")
    (True, True, False)
    """
    return data.lstrip(b" \t\r\n").startswith(b"<") or data.startswith(tuple(mark for mark, _ in _MARKS))


def without_namespace(root: ET.Element) -> ET.Element:
    """Take the namespace of the root off the names of all elements that have it, and return the root."""
    namespace, brace, _ = root.tag.rpartition("}")
    if brace:
        for element in root.iter():
            element.tag = element.tag.removeprefix(namespace + brace)
    return root


def local_name(tag: str) -> str:
    """Return the name of a tag without its namespace.

    >>> local_name("{urn:oasis:names:tc:opendocument:xmlns:container}rootfile")
    'rootfile'
    """
    return tag.rpartition("}")[2]


def decode(data: bytes) -> str:
    """Decode a document: by its mark, else as it declares, else as UTF-8.

    Raises:
        FormatError: `too_large`, `unsupported_encoding`, or `corrupt_xml` for bytes that are not of the encoding.
    """
    if len(data) > MAX_BYTES or data.count(b"<") > _MAX_TAGS:
        raise FormatError("too_large", f"{len(data)} bytes of XML; read are at most {MAX_BYTES}")
    return _decode(data).lstrip("\ufeff \t\r\n")


def _decode(data: bytes) -> str:
    codec = next((codec for mark, codec in _MARKS if data.startswith(mark)), "")
    if not codec:
        declared = _DECLARED.match(data.lstrip(b" \t\r\n"))
        name = declared[1].decode("ascii") if declared else "utf-8"
        codec = _codec(name)
    if codec in {"latin_1", "iso8859_9"} and _CONTROLS.search(data):
        codec = "cp1252" if codec == "latin_1" else "cp1254"  # letters there, where the standard has controls
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        if codec not in _WIDER:
            raise _undecodable(codec, error) from error
    try:
        return data.decode(_WIDER[codec])
    except UnicodeDecodeError as error:
        raise _undecodable(codec, error) from error


def _undecodable(codec: str, error: UnicodeDecodeError) -> FormatError:
    what = f"byte {error.start} is not {codec.replace('_', '-')}, which the document says it is: {error.reason}"
    return FormatError("corrupt_xml", what)


def _codec(declared: str) -> str:
    """Return Python's name of the codec a document declares."""
    name = re.sub(r"[^a-z0-9]+", "_", declared.lower()).strip("_")
    codec = _OWN_ALIASES.get(name) or aliases.get(name, name)
    codec = "latin_1" if codec == "iso8859_1" else codec
    if codec not in _CODECS:
        raise FormatError(
            "unsupported_encoding", f"encoding {declared!r}; read are UTF-8, UTF-16 and the usual ones of one region"
        )
    return codec


def _check_prolog(text: str) -> None:
    """Read the document with a handler for its document type only."""

    def check_doctype(name: str, _system: str | None, _public: str | None, has_subset: int) -> None:
        if has_subset:
            raise FormatError("unsafe_xml", f"the DOCTYPE of {name!r} brings declarations of its own")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = check_doctype
    parser.Parse(text, True)
