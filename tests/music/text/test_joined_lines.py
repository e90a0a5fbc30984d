"""Lines that were joined by semicolons are parted; sentences with semicolons are not."""

from __future__ import annotations

import pytest

from musicdata.music.text.joined_lines import parted
from musicdata.music.text.residue_count import Count
from tests.stages.lyric_songs import verses

LINES = "Row your boat\ngently down the stream\n\nMerrily we go\nlife is but a dream"


@pytest.mark.parametrize("sign", [";", " ; ", "; "])
def test_lines_come_back(sign: str) -> None:
    count = Count()
    joined = LINES.replace("\n", sign)
    assert parted(joined, count) == LINES
    assert count.removed() == {"joined_lines": (4, len(joined) - len(LINES))}


def test_the_loader_of_the_papers_is_undone() -> None:
    text = verses(1)
    assert parted(text.replace("\n", ";"), Count()) == text
    assert parted(text.replace("\n", ";") + ";\n", Count()) == text + "\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        LINES,
        "I came; I saw; I left",
        "a;b\nc;d;e;f",
        "Rock &amp; roll &#39;n&#39; all that &quot;jazz&quot;",
        "; ".join([" ".join(["word"] * 60)] * 5),
    ],
)
def test_what_has_lines_or_sentences_stays(text: str) -> None:
    count = Count()
    assert parted(text, count) == text
    assert count.removed() == {}


def test_references_of_characters_are_no_breaks() -> None:
    assert parted("Rock &amp; roll;it&#39;s fine;so they say;to me", Count()) == (
        "Rock &amp; roll\nit&#39;s fine\nso they say\nto me"
    )
