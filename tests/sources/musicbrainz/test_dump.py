"""Releases out of a dump: those that are wanted, and what of it cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.errors import InputError
from musicdata.sources.musicbrainz import archive, documents, dump
from tests.songs import shared
from tests.sources.musicbrainz.releases import Json, body, mbid, medium, release, track, write_dump


def album(number: int, group: int, **more: str) -> Json:
    return release(number, medium([track(number * 10 + n, f"Song {n}", n) for n in (1, 2)]), group=group, **more)


DOCUMENTS = [
    album(1, 60), album(2, 60, status="Bootleg"), album(3, 61), album(4, 60), album(5, 62) | {"release-group": None},
]  # fmt: skip


def test_what_is_wanted_is_there_and_nothing_else(tmp_path: Path) -> None:
    library = dump.read(write_dump(tmp_path / "d", DOCUMENTS), {mbid(3), mbid(5), mbid(99)}, {mbid(60), mbid(98)})
    assert (library.n_lines, library.faults) == (5, [])
    for number in (3, 5):
        assert library.release(mbid(number)) == documents.read_release(body(DOCUMENTS[number - 1]), "here")
    assert [library.release(mbid(number)) for number in (1, 99)] == [None, None]
    assert [one.release_id for one in library.releases_of(mbid(60), official=False)] == [mbid(1), mbid(2), mbid(4)]
    assert [one.release_id for one in library.releases_of(mbid(60), official=True)] == [mbid(1), mbid(4)]
    assert list(library.releases_of(mbid(61), official=False)) == []


def test_a_release_that_only_mentions_a_wanted_id_is_not_taken(tmp_path: Path) -> None:
    mentions = album(1, 60) | {"relations": [{"release": {"id": mbid(2)}}]}
    library = dump.read(write_dump(tmp_path / "d", [mentions]), {mbid(2)}, set())
    assert library.release(mbid(2)) is None
    assert library.faults == []


def test_white_space_in_lines_is_no_fault(tmp_path: Path) -> None:
    line = body(album(1, 60)).replace(b'":', b'" : ') + b"\r"
    assert dump.read(write_dump(tmp_path / "d", [line]), {mbid(1)}, set()).release(mbid(1)) is not None


def test_of_two_lines_of_one_release_the_first_is_taken(tmp_path: Path) -> None:
    path = write_dump(tmp_path / "d", [album(1, 60), album(1, 60, status="Bootleg")])
    found = dump.read(path, {mbid(1)}, set()).release(mbid(1))
    assert found is not None
    assert found.is_official


def test_real_releases_are_the_same_as_in_the_answers(tmp_path: Path) -> None:
    files = sorted(shared("musicbrainz").glob("ws2/release-????????__*recordings*.json"))
    answers = {path.name: documents.read_release(path.read_bytes(), path.name) for path in files}
    assert sum(len(one.tracks) for one in answers.values()) > 20
    lines = [path.read_bytes().replace(b"\n", b"") for path in files]
    library = dump.read(write_dump(tmp_path / "d", lines), {one.release_id for one in answers.values()}, set())
    for name, expected in answers.items():
        assert library.release(expected.release_id) == expected, name


# lines that cannot be read


def test_wanted_lines_that_cannot_be_read_are_told_by_number(tmp_path: Path) -> None:
    broken = [body(album(2, 60))[:-9], body(album(3, 60) | {"media": 7}), b'{"id":"' + mbid(9).encode() + b'"']
    library = dump.read(write_dump(tmp_path / "d", [album(1, 60), *broken, b"", b"no json"]), {mbid(3)}, {mbid(60)})
    assert [(fault.line, fault.reason) for fault in library.faults] == [(2, "not_json"), (3, "wrong_shape")]
    assert "line 3: JSON of another shape than expected: media (tuple_type)" in library.faults[1].detail
    assert [one.release_id for one in library.releases_of(mbid(60), official=True)] == [mbid(1)]


def test_a_line_that_is_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LONGEST_LINE", 2_000)
    long = album(1, 60) | {"annotation": "x" * 3_000}
    library = dump.read(write_dump(tmp_path / "d", [long, album(2, 60)]), {mbid(1), mbid(2)}, set())
    assert [(fault.line, fault.reason) for fault in library.faults] == [(1, "line_too_long")]
    assert "2,000 bytes" in library.faults[0].detail
    assert library.release(mbid(2)) is not None


def test_a_dump_of_which_hardly_any_line_can_be_read_is_refused(tmp_path: Path) -> None:
    line = b'{"id":"' + mbid(1).encode() + b'"'
    with pytest.raises(InputError, match=r"more than 1,000 lines .* line 1: "):
        dump.read(write_dump(tmp_path / "d", [line] * 1_001), {mbid(1)}, set())


# where it lies


def test_a_folder_stands_for_the_archive_somewhere_in_it(tmp_path: Path) -> None:
    assert dump.find("") is None
    assert dump.find(str(tmp_path)) is None
    folder = tmp_path / "20261125-001001"
    folder.mkdir()
    path = write_dump(folder / "release.tar.xz", [])
    (tmp_path / "recording.tar.xz").write_bytes(b"")
    assert dump.find(str(tmp_path)) == dump.find(str(path)) == path
    write_dump(tmp_path / "release.tar.xz", [])
    with pytest.raises(InputError, match=r"several release.tar.xz: 20261125-001001/release.tar.xz, release.tar.xz"):
        dump.find(str(tmp_path))


def test_a_zip_is_the_list_of_albums_and_no_dump(tmp_path: Path) -> None:
    (tmp_path / "mard.zip").write_bytes(b"PK")
    assert dump.find(str(tmp_path / "mard.zip")) is None


def test_a_dump_that_is_not_there_is_told(tmp_path: Path) -> None:
    for name in ("release.tar.xz", "mard.zip"):
        with pytest.raises(InputError, match=r"is not there: take release.tar.xz of https://data.metabrainz.org"):
            dump.find(str(tmp_path / name))


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "release.tar.xz").symlink_to(write_dump(tmp_path / "elsewhere", []))
    assert dump.find(str(tmp_path / "folder")) is None
