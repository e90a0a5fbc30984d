"""Reads a page back: its elements, its tables, its plots."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "img", "input", "link", "hr"}
Element = tuple[str, tuple[str, ...]]  # name, and the names of its attributes


@dataclass
class Table:
    """A table under the last heading before it."""

    heading: str
    rows: list[list[str]] = field(default_factory=list)


class Page(HTMLParser):
    """Collects elements, attributes, headings, tables and texts; a tag that closes none that is open is an error."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.attributes: list[tuple[str, str]] = []
        self.tables: list[Table] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self._heading = ""
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)
        if tag in {"h2", "h3"}:
            self._heading = ""
        elif tag == "table":
            self.tables.append(Table(self._heading))
        elif tag == "tr":
            self.tables[-1].rows.append([])
        elif tag in {"td", "th"}:
            self.tables[-1].rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if {"h2", "h3"} & set(self._open):
            self._heading += data
        if {"td", "th"} & set(self._open):
            self.tables[-1].rows[-1][-1] += data

    def values(self, attribute: str) -> list[str]:
        return [value for name, value in self.attributes if name == attribute]
