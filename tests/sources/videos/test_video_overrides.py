from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.errors import InputError
from musicdata.sources.videos import overrides
from musicdata.sources.videos.overrides import Override, video_of

ID = "dQw4w9WgXcQ"
WATCH = f"https://www.youtube.com/watch?v={ID}"


def written(folder: Path, text: str) -> str:
    path = folder / "videos.csv"
    path.write_text(text, "utf-8")
    return str(path)


def test_a_song_is_named_in_three_ways(tmp_path: Path) -> None:
    rows = f"sample_id,isrc,artist,title,video,start_s\nabc,,,,{ID},\n,usum7-1703861,,,{WATCH},61.5\n"
    rows += ',,"Beyoncé","Halo (Remastered)",https://example.org/a.flac,0\n'
    found = overrides.load(written(tmp_path, rows))
    assert found.of("abc", None, "x", "y") == Override(ID, WATCH)
    assert found.of("x", "USUM71703861", "x", "y") == Override(ID, WATCH, 61.5)
    halo = found.of("x", None, "BEYONCE", "Halo - Remastered")
    assert halo is not None
    assert (halo.url, halo.start_s) == ("https://example.org/a.flac", 0.0)
    assert found.of("x", None, "Beyoncé", "Halo - Live") is None
    assert found.of("x", "", "x", "y") is None


def test_columns_that_are_not_needed_may_be_left_out(tmp_path: Path) -> None:
    found = overrides.load(written(tmp_path, f"isrc,video\nUSUM71703861,{ID}\n"))
    assert found.of("x", "USUM71703861", "", "") == Override(ID, WATCH)


@pytest.mark.parametrize(
    "told",
    [
        ID,
        WATCH,
        f"https://youtu.be/{ID}?t=4",
        f"https://music.youtube.com/watch?v={ID}&list=x",
        f"https://www.youtube.com/shorts/{ID}",
    ],
)
def test_a_video_is_given_by_id_or_address(told: str) -> None:
    assert video_of(told, "x") == (ID, WATCH)


def test_a_file_elsewhere_gets_an_id_of_its_own() -> None:
    one, other = (video_of(f"https://example.org/{name}.flac", "x") for name in "ab")
    assert one[0].startswith("url-")
    assert one[0] != other[0]


@pytest.mark.parametrize(
    "told",
    [
        "",
        "short",
        "file:///etc/passwd",
        "https://",
        "https://me:pw@host/x",
        "https://www.youtube.com/playlist?list=x",
        "https://youtu.be/x",
        "https://[x",
    ],
)
def test_what_is_no_video_is_refused(told: str) -> None:
    with pytest.raises(InputError, match=r"videos.csv: line 2: video is"):
        video_of(told, "videos.csv: line 2")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"isrc,film\nX,{ID}\n", "line 1 has 'film'"),
        ("isrc\nX\n", "a column video is needed"),
        (f"isrc,video\n,{ID}\n", "line 2: no song"),
        (f"artist,title,video\nAdele,,{ID}\n", "line 2: no song"),
        (f"isrc,video\nX,{ID},5\n", "line 2: it has not as many values"),
        (f"isrc,video,start_s\nX,{ID},soon\n", "line 2: start_s is 'soon'"),
        (f"isrc,video,start_s\nX,{ID},nan\n", "line 2: start_s is 'nan'"),
        (f"isrc,video,start_s\nX,{ID},-4\n", "line 2: start_s is '-4'"),
        (f"isrc,video\nX,{ID}\nX,AAAAAAAAAAA\n", "line 3: another row"),
        (f'isrc,video\n"X,{ID}\n', "line"),
    ],
)
def test_a_wrong_row_is_told_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        overrides.load(written(tmp_path, text))


def test_the_content_counts_and_not_the_place(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    one, other = (written(folder, f"isrc,video\nX,{ID}\n") for folder in (tmp_path, tmp_path / "a"))
    assert overrides.digest(one) == overrides.digest(other) != overrides.digest("") == ""
    with pytest.raises(InputError, match="give the path of a CSV file"):
        overrides.digest(str(tmp_path / "none.csv"))
    assert overrides.load("").of("x", "y", "a", "b") is None


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"isrc,video\nX\xff,y\n")
    with pytest.raises(InputError, match="not UTF-8 at byte 12"):
        overrides.load(str(tmp_path / "x.csv"))
