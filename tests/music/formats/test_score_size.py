"""Scores that are too large, whatever they are written in and in whatever order."""

from __future__ import annotations

import pytest

from musicdata.errors import FormatError
from musicdata.music.formats import musicxml
from tests.musicxml_scores import lyric, note, part, score


def timewise(n_measures: int, n_parts: int) -> bytes:
    sung = f"<attributes><divisions>12</divisions></attributes>{note('C4', 48, lyric('la'))}"
    parts = "".join(f'<part id="P{n}">{sung}</part>' for n in range(n_parts))
    return f"<score-timewise>{f'<measure>{parts}</measure>' * n_measures}</score-timewise>".encode()


def test_parts_of_a_score_written_measure_by_measure_are_no_parts_of_their_own() -> None:
    (song,) = musicxml.read(timewise(400, 4), "x.xml")
    assert len(song.notes) == 400


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "windows-1252", "Shift_JIS"])
def test_too_many_measures_in_every_encoding(encoding: str) -> None:
    with pytest.raises(FormatError, match="too_large_score"):
        musicxml.read(score(part(*[""] * 20_001), encoding=encoding), "x.xml")
