"""Documents in the encodings that they declare."""

from __future__ import annotations

import pytest

from musicdata.errors import FormatError
from musicdata.music.formats import xml_tree

ENCODINGS = {
    "windows-1252": "Für … „dich“ œ", "ISO-8859-1": "Größe", "ISO-8859-15": "œuvre €", "latin1": "né",
    "windows-1250": "žluťoučký kůň", "ISO-8859-2": "žluťoučký kůň", "windows-1251": "песня", "KOI8-R": "песня",
    "KOI8-U": "пісня", "ISO-8859-5": "песня", "IBM866": "песня", "windows-1253": "τραγούδι", "ISO-8859-7": "τραγούδι",
    "windows-1254": "şarkı", "ISO-8859-9": "şarkı", "windows-1255": "שיר", "windows-1257": "dziesma ā", "cp437": "né",
    "x-mac-roman": "Größe", "macintosh": "Größe", "Shift_JIS": "歌う①", "x-sjis": "歌う", "windows-31j": "歌う",
    "EUC-JP": "歌う", "ISO-2022-JP": "歌う", "GB2312": "歌唱", "GBK": "歌唱", "GB18030": "歌唱", "Big5": "歌唱",
    "EUC-KR": "노래", "UTF-8": "♪", "utf8": "♪",
}  # fmt: skip
PYTHON = {
    "x-mac-roman": "mac-roman",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "Shift_JIS": "cp932",
    "IBM866": "cp866",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_declared_encoding(encoding: str) -> None:
    text = ENCODINGS[encoding]
    document = f'<?xml version="1.0" encoding="{encoding}"?>\n<a>{text}</a>'
    assert xml_tree.parse(document.encode(PYTHON.get(encoding, encoding))).text == text


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0"?>', "<?xml version='1.0' encoding='{}'?>"])
def test_marks_and_wide_letters(codec: str, declaration: str) -> None:
    declared = declaration.format("UTF-8" if codec == "utf-8-sig" else "UTF-16")
    assert xml_tree.parse(f"{declared}<a>♪ ü</a>".encode(codec)).text == "♪ ü"


def test_blank_lines_before_the_declaration() -> None:
    assert xml_tree.parse(b'\n\r\n <?xml version="1.0" encoding="windows-1252"?><a>\xfc</a>').text == "ü"


def test_letters_where_latin_1_has_controls() -> None:
    """What declares ISO 8859-1 and uses these places is of Windows, as every browser knows."""
    assert xml_tree.parse(b'<?xml version="1.0" encoding="ISO-8859-1"?><a>heav\x92n</a>').text == "heav\u2019n"


@pytest.mark.parametrize(
    "encoding",
    [
        "UTF-7", "cp037", "rot13", "rot_13", "base64", "zip", "bz2", "hex", "quopri", "uu", "idna", "punycode", "undefined",
        "unicode_escape", "raw_unicode_escape", "mbcs", "os", "x", "utf_8_sig..", "charmap",
    ],
)  # fmt: skip
def test_only_codecs_that_decode_text(encoding: str) -> None:
    with pytest.raises(FormatError, match="unsupported_encoding"):
        xml_tree.parse(f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode())


@pytest.mark.parametrize(
    ("encoding", "data"),
    [("UTF-8", b"\xfc"), ("US-ASCII", b"\xfc"), ("Shift_JIS", b"\x81"), ("EUC-KR", b"\xff"), ("GB2312", b"\xff\xff")],
)
def test_bytes_that_are_not_of_the_encoding(encoding: str, data: bytes) -> None:
    with pytest.raises(FormatError, match=r"corrupt_xml.*byte \d+ is not .* which the document says"):
        xml_tree.parse(f'<?xml version="1.0" encoding="{encoding}"?><a>'.encode() + data + b"</a>")


@pytest.mark.parametrize("codec", ["cp1252", "koi8-r", "shift_jis", "utf-16"])
def test_declarations_are_refused_in_every_encoding(codec: str) -> None:
    document = f'<?xml version="1.0" encoding="{codec}"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    with pytest.raises(FormatError, match="unsafe_xml"):
        xml_tree.parse(document.encode(codec))


def test_namespace_of_the_root() -> None:
    root = xml_tree.without_namespace(xml_tree.parse(b'<a xmlns="u" xmlns:o="v"><b/><o:c o:d=""/></a>'))
    assert [element.tag for element in root.iter()] == ["a", "b", "{v}c"]
