"""The stage `list_recordings`: songs of a list, and MusicBrainz's dump."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from musicdata.definitions import trial
from musicdata.definitions.trial import Trial
from musicdata.errors import InputError
from musicdata.settings.services import Services
from musicdata.stages.fetch import recordings as fetch_recordings
from musicdata.stages.ingest.recordings import STAGE, ListRecordings, cost, expect, source_digest
from tests.loopback import serving
from tests.sources.musicbrainz.lists import LIST, RELEASES, WHOLE, album, listing
from tests.sources.musicbrainz.releases import MusicBrainz, body, mbid, write_dump
from tests.stages.crawled import Tables, crawl

BROKEN = body(album(57, 8, group=61))[:-5]


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A dump of the releases, with one line that is broken."""
    return write_dump(tmp_path / "release.tar.xz", [*RELEASES, BROKEN])


def listed(inputs: Tables = LIST, **parameters: Any) -> Trial:
    return trial.run(STAGE, inputs.tables, **parameters)


def asked(inputs: Tables = LIST, **parameters: Any) -> Tables:
    """Return what the stage that asks the web service makes of the same releases."""
    with serving(MusicBrainz(RELEASES)) as server:
        services = Services({"musicbrainz": f"{server.url}/ws/2/"}, deadline_s=5)
        return crawl(fetch_recordings.STAGE, fetch_recordings.FetchRecordings(**parameters), services, inputs)


@pytest.mark.parametrize(
    "parameters", [{}, {"order": WHOLE}, {"order": ["release_group"]}, {"of_group": "union"}, {"order": ["songs"]}]
)
def test_a_dump_and_the_web_service_give_the_same_rows(dump: Path, parameters: dict[str, Any]) -> None:
    ours, theirs = listed(dump=str(dump), **parameters), asked(**parameters)
    assert ours.rows("recordings") == theirs.rows("recordings")
    assert len(ours.rows("recordings")) > 1
    albums = sorted(
        (one.key, one.reason, one.detail) for one in ours.rejects if not one.key.startswith("release.tar.xz")
    )
    assert albums == sorted(theirs.rejects)


def test_lines_that_cannot_be_read_are_rejects_with_their_number(dump: Path) -> None:
    (fault,) = [one for one in listed(dump=str(dump)).rejects if one.key.startswith("release.tar.xz")]
    assert (fault.key, fault.reason) == (f"release.tar.xz # {len(RELEASES) + 1}", "not_json")
    assert fault.detail.startswith(f"line {len(RELEASES) + 1}: ")


def test_without_a_dump_songs_are_all_there_is() -> None:
    for order in (("songs", "release", "release_group"), WHOLE):
        made = listed(order=order)
        assert [row["recording_id"] for row in made.rows("recordings")] == [mbid(1), mbid(7)]
        reasons = {one.key: one.reason for one in made.rejects}
        assert {key for key, reason in reasons.items() if reason == "no_musicbrainz_ids"} == {
            "B000000008",
            "B00000000A",
        }
        assert {reason for key, reason in reasons.items() if key[-1] in "2345679"} == {"needs_dump"}
    assert "name a dump" in made.rejects[0].detail


@pytest.mark.parametrize("is_folder", [False, True])
def test_the_folder_of_the_dump_may_be_named(dump: Path, is_folder: bool) -> None:
    made = listed(dump=str(dump.parent if is_folder else dump))
    assert {row["from_what"] for row in made.rows("recordings")} == {"songs", "release", "release_group"}


def test_a_dump_that_is_needed_by_none_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "release.tar.xz").write_bytes(b"no dump")
    songs = listing({"B000000001": (50, 60), "B000000002": (None, None)}, {"B000000001": [1]})
    made = listed(songs, dump=str(tmp_path))
    assert len(made.rows("recordings")) == 1
    with pytest.raises(InputError, match="it is no xz file"):
        listed(dump=str(tmp_path))


def test_shards_of_any_size_give_the_same_rows_and_rejects(dump: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for size in ("2", "1000"):
        monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", size)
        shards = list(STAGE.cut(ListRecordings(dump=str(dump)), LIST) if STAGE.cut else ())
        made.append((len(shards), listed(dump=str(dump))))
    (few, ours), (one, theirs) = made
    assert few > 3 > one == 1
    assert ours.rows("recordings") == theirs.rows("recordings")
    assert ours.rejects == theirs.rejects
    assert [reject.reason for reject in ours.rejects].count("not_json") == 1


def test_shards_change_with_the_dump_where_it_is_read_and_not_else(dump: Path, tmp_path: Path) -> None:
    def digests(inputs: Tables) -> list[str]:
        assert STAGE.cut is not None
        return [shard.digest for shard in STAGE.cut(ListRecordings(dump=str(dump)), inputs)]

    songs = listing({"B000000001": (50, 60)}, {"B000000001": [1]})
    before = digests(LIST), digests(songs)
    write_dump(dump, RELEASES[1:])
    after = digests(LIST), digests(songs)
    assert all(now != then for now, then in zip(after[0], before[0], strict=True))
    assert after[1] == before[1]


def test_no_albums_are_no_recordings(dump: Path) -> None:
    assert listed(listing({}, {}), dump=str(dump)).rows("recordings") == []


def test_the_tables_depend_on_what_the_dump_holds_not_on_where_it_lies(dump: Path, tmp_path: Path) -> None:
    assert source_digest(ListRecordings()) == ""
    there = source_digest(ListRecordings(dump=str(dump)))
    (tmp_path / "other").mkdir()
    copy = tmp_path / "other" / "release.tar.xz"
    copy.write_bytes(dump.read_bytes())
    assert source_digest(ListRecordings(dump=str(copy))) == there
    write_dump(copy, RELEASES)
    assert source_digest(ListRecordings(dump=str(copy))) != there


def test_a_dump_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not there: take release\.tar\.xz"):
        listed(dump=str(tmp_path / "nothing.tar.xz"))
    assert listed(dump=str(tmp_path)).rows("recordings") == listed().rows("recordings")  # a folder without one


def test_plans_tell_what_reading_the_dump_takes(dump: Path) -> None:
    counts = {"albums": 65_566.0, "album_songs": 0.0}
    expected = expect(ListRecordings(dump=str(dump)), counts)
    assert (expected.items, expected.files) == (65_566, {".xz": 1})
    assert 300_000 < expected.rows["recordings"] < 400_000
    with_dump = cost(ListRecordings(dump=str(dump)), expected).cpu_s
    without = cost(ListRecordings(), expected).cpu_s
    assert with_dump is not None
    assert without is not None
    assert 65_566 * (with_dump - without) == pytest.approx(dump.stat().st_size / 8e6)
