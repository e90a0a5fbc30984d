"""What stands in the pages: headings, links, blocks of code, and the commands in them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
MARKS = "();<>|&"  # what commands end at
_MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that its title names, its text."""

    language: str
    title: str
    text: str


def tokens(page: Path) -> list[Token]:
    """Return the tokens of a page, block by block."""
    return _MARKDOWN.parse(page.read_text("utf-8"))


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    found = []
    for token in tokens(page):
        if token.type == "fence":
            language, _, rest = token.info.partition(" ")
            title = re.search(r'title="([^"]+)"', rest)
            found.append(Block(language, title.group(1) if title else "", token.content))
    return found


def links(page: Path) -> list[str]:
    """Return where the links and pictures of a page lead."""
    inline = (child for token in tokens(page) for child in token.children or [])
    return [
        str(token.attrGet("href") or token.attrGet("src")) for token in inline if token.type in ("link_open", "image")
    ]


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and the site make them."""
    found: set[str] = set()
    parsed = tokens(page)
    for number, token in enumerate(parsed):
        if token.type == "heading_open":
            text = "".join(child.content for child in parsed[number + 1].children or [])
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            times = sum(bool(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", known)) for known in found)
            found.add(f"{slug}-{times}" if times else slug)
    return found


def command_lines(page: Path) -> Iterator[list[str]]:
    """Yield the arguments of each `musicdata …` in the shell blocks of a page."""
    for block in blocks(page):
        if block.language == "sh":
            for line in block.text.replace("\\\n", " ").splitlines():
                yield from _commands(line)


def mentions(page: Path) -> Iterator[list[str]]:
    """Yield the arguments of each `musicdata …` in the running text of a page: they may lack arguments."""
    for token in tokens(page):
        for child in token.children or []:
            if child.type == "code_inline" and re.match(r"musicdata [a-z-]", child.content):
                yield from _commands(child.content)


def _commands(line: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=MARKS)
    lexer.commenters = "#"
    lexer.whitespace_split = True
    words = list(lexer)
    for number, word in enumerate(words):
        begins = number == 0 or set(words[number - 1]) <= set(MARKS) or "=" in words[number - 1]
        if begins and word.removeprefix("$(").rpartition("/")[2] == "musicdata":
            rest = words[number + 1 :]
            end = next((n for n, each in enumerate(rest) if each[0] in MARKS), len(rest))
            if "$@" not in rest[:end]:  # a script's own arguments
                yield [each.rstrip(")") for each in rest[:end] if each != "…"]
