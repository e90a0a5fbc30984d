"""The page's own files: small, nobody else's, nothing fetched, nothing that turns text into markup."""

from __future__ import annotations

import re
from pathlib import Path

import musicdata.web

PAGE = Path(musicdata.web.__file__).parent / "page"
MOST_BYTES = 60 * 1024


def test_small_and_alone() -> None:
    files = {file.name: file.read_text("utf-8") for file in PAGE.iterdir()}
    assert sum(len(text.encode()) for text in files.values()) <= MOST_BYTES
    for name, text in files.items():
        foreign = [
            url for url in re.findall(r"https?://[^\s\"'`)]+", text) if not url.startswith("http://www.w3.org/2000/svg")
        ]
        assert foreign == [], name
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\bon[a-z]+=\"", text
        ), name


def test_no_screen_knows_a_data_set() -> None:
    known = {path.stem for folder in ("pipelines", "manifests") for path in (PAGE.parents[2] / folder).glob("*.toml")}
    known -= {
        "rejects",
        "rights",
        "audio",
        "lyrics",
        "notes",
        "songs",
        "samples",
        "sheets",
        "pairs",
        "reviews",
        "tokens",
        "missing",
        "splits",
    }  # words of any language
    assert len(known) > 40
    for file in [*PAGE.glob("*.js"), *PAGE.parent.glob("*.py")]:
        text = file.read_text("utf-8")
        assert not [name for name in known if re.search(rf"\b{name}\b", text)], file.name
