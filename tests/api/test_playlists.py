"""Playlists: each format read back by its own rules, whatever stands in titles."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from musicdata.api.playlists import COLUMNS, FORMATS, require_playlist, write_playlist
from musicdata.definitions.search import Answer, Match
from musicdata.errors import StorageError, UsageError

HOSTILE = [
    ("plain", "The Sea", "Ann Artist"),
    ("l/../../x", "two\nlines\r\n#EXTINF:-1,false", "An\x00n\x1b]0;x\x07"),
    ("=id", '=HYPERLINK("x")', "@sum"),
    ("é ü", '海の歌, \u202e\u2028"quoted"', None),
    ("bare", None, None),
]


def answer(*rows: tuple[str, str | None, str | None], query: str | None = "the sea\n#EXTM3U") -> Answer:
    matches = tuple(
        Match(rank, sample_id, 1 / rank, {"title": title, "artist": artist, "language": "en"})
        for rank, (sample_id, title, artist) in enumerate(rows, 1)
    )
    return Answer(query, None if query else "plain", "the sea", "en", (), "plain", matches, 9)


def written(folder: Path, name: str, found: Answer) -> str:
    return write_playlist(found, folder / name, "lyrics").read_bytes().decode("utf-8")


def test_m3u_has_two_lines_a_match_whatever_stands_in_titles(tmp_path: Path) -> None:
    text = written(tmp_path, "found.m3u8", answer(*HOSTILE))
    assert written(tmp_path, "found.m3u", answer(*HOSTILE)) == text
    head, entries = text.splitlines()[:3], text.splitlines()[3:]
    assert head == ["#EXTM3U", "#EXTENC:UTF-8", "#PLAYLIST:the sea #EXTM3U"]
    assert len(entries) == 2 * len(HOSTILE)
    assert entries[:2] == ["#EXTINF:-1,Ann Artist - The Sea", "musicdata:lyrics/plain"]
    assert entries[2] == "#EXTINF:-1,An n ]0;x - two lines #EXTINF:-1,false"
    assert entries[3] == "musicdata:lyrics/l%2F..%2F..%2Fx"
    assert entries[-2] == "#EXTINF:-1,?"
    assert all(urlsplit(line).scheme == "musicdata" for line in entries[1::2])


def test_jspf_is_json_with_the_fields_of_xspf(tmp_path: Path) -> None:
    found = json.loads(written(tmp_path, "found.JSPF", answer(*HOSTILE, query=None)))["playlist"]
    assert found["title"] == "like plain"
    assert [track["trackNum"] for track in found["track"]] == [1, 2, 3, 4, 5]
    assert found["track"][0] == {
        "identifier": ["musicdata:lyrics/plain"],
        "title": "The Sea",
        "creator": "Ann Artist",
        "trackNum": 1,
    }
    assert found["track"][3]["title"] == '海の歌, "quoted"'
    assert "creator" not in found["track"][3]


def test_csv_reads_back_and_no_cell_is_a_formula(tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(written(tmp_path, "found.csv", answer(*HOSTILE)))))
    assert tuple(rows[0]) == COLUMNS
    assert rows[1] == ["1", "plain", "Ann Artist", "The Sea", "en", "1"]
    assert rows[3][1:4] == ["'=id", "'@sum", '\'=HYPERLINK("x")']
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]


@pytest.mark.parametrize("ending", FORMATS)
def test_an_answer_without_matches_is_a_playlist_without_entries(ending: str, tmp_path: Path) -> None:
    assert "plain" not in written(tmp_path, f"none{ending}", answer())


def test_nothing_is_written_over_and_other_endings_are_refused(tmp_path: Path) -> None:
    mine = tmp_path / "songs.csv"
    mine.write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        write_playlist(answer(*HOSTILE), mine, "lyrics")
    dangling = tmp_path / "link.m3u"
    dangling.symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="is there already"):
        require_playlist(dangling)
    with pytest.raises(UsageError, match=r"ends in \.m3u, \.m3u8, \.csv, \.jspf"):
        write_playlist(answer(*HOSTILE), tmp_path / "found.pls", "lyrics")
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        write_playlist(answer(*HOSTILE), tmp_path / "file" / "found.m3u", "lyrics")
    assert mine.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link.m3u", "songs.csv"]
