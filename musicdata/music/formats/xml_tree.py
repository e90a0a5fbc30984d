"""XML from files that are not trusted, as element trees.

A document may name its DTD, as every MusicXML file does, but the DTD is never fetched, and a document that
brings declarations of its own is refused: nothing it could declare is needed to read a score, and entities
are how XML reads other files or blows up.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from xml.parsers import expat

from musicdata.errors import FormatError

MAX_BYTES = 64 * 1024 * 1024
_MAX_TAGS = 8_000_000  # "<" characters; a score of the greatest length has about 5 million
_ENCODINGS = {"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "iso-8859-1"}


def parse(data: bytes) -> ET.Element:
    """Parses a document and returns its root element.

    Args:
        data: the bytes of the document, in UTF-8, UTF-16 or ISO 8859-1 as it declares.

    Raises:
        FormatError: `too_large`, `unsafe_xml` (it declares something), `unsupported_encoding`, `corrupt_xml`.
    """
    if len(data) > MAX_BYTES or data.count(b"<") > _MAX_TAGS:
        raise FormatError("too_large", f"{len(data)} bytes of XML; read are at most {MAX_BYTES}")
    try:
        _check_prolog(data)
        return ET.XML(data)
    except (expat.ExpatError, ET.ParseError, ValueError) as error:
        raise FormatError("corrupt_xml", f"not well-formed XML: {error}") from error


def local_name(tag: str) -> str:
    """Returns the name of a tag without its namespace.

    >>> local_name("{urn:oasis:names:tc:opendocument:xmlns:container}rootfile")
    'rootfile'
    """
    return tag.rpartition("}")[2]


def _check_prolog(data: bytes) -> None:
    """Reads the document with handlers for its encoding and its document type only."""

    def check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise FormatError("unsupported_encoding", f"encoding {encoding!r}; expected UTF-8 or UTF-16")

    def check_doctype(name: str, _system: str | None, _public: str | None, has_subset: int) -> None:
        if has_subset:
            raise FormatError("unsafe_xml", f"the DOCTYPE of {name!r} brings declarations of its own")

    parser = expat.ParserCreate()
    parser.XmlDeclHandler = check_encoding
    parser.StartDoctypeDeclHandler = check_doctype
    parser.Parse(data, True)
