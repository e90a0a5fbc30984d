"""The stage that asks MusicBrainz, on the twin: what it finds, what it finds in the dump, and what faults make of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.definitions.stage import Item
from musicdata.stages.fetch import recordings as fetched
from musicdata.stages.ingest import recordings as ingested
from musicdata.system.http import HttpError
from musicdata.twin import AlbumPopulation, Faults, Kind, Population, Twin
from musicdata.twin.albums import dumps, targets
from musicdata.twin.albums.listings import Mapped
from musicdata.twin.faults import ALBUM_STAGES, STAGES
from tests.stages.crawled import Calls, Tables, compute, crawl
from tests.twin.albums.conftest import SMALL, TRACKS
from tests.twin.albums.listed import tables

STAGE = targets.RECORDINGS
PARAMETERS = fetched.FetchRecordings()
STRUCK = (Kind.RATE_SECONDS, Kind.RATE_BARE, Kind.FORBIDDEN, Kind.SERVER_ERROR, Kind.UNAVAILABLE, Kind.UNAVAILABLE_LATER,
          Kind.STALL, Kind.DRIP, Kind.SHORT, Kind.GARBAGE, Kind.HTML, Kind.NULL, Kind.WRONG_SHAPE)  # fmt: skip


def outcomes(population: AlbumPopulation, faults: Faults) -> tuple[dict[str, str], Tables]:
    """Return album → class in which its item ends, and what the stage writes, of a crawl that asks once."""
    with Twin(TRACKS, albums=population, faults=faults, deadline_s=3.0) as twin:
        fetcher = fetched.connect(PARAMETERS, twin.services())
        ended = {}
        for item in fetched.items(PARAMETERS, tables(population)):
            if (STAGE, item.key) in faults.expected():
                ended[item.key] = _outcome(fetcher, item)
        fetcher.close()
        written = crawl(fetched.STAGE, PARAMETERS, twin.services(), tables(population))
    return ended, written


def _outcome(fetcher: fetched.RecordingFetcher, item: Item) -> str:
    try:
        fetcher.fetch(item, Calls())
    except HttpError as error:
        return str(error.outcome)
    return "ok"


def test_a_crawl_finds_the_songs_of_every_album_that_is_mapped(twin: Twin, population: AlbumPopulation) -> None:
    rows = crawl(fetched.STAGE, PARAMETERS, twin.services(), tables(population)).rows("recordings")
    by_album: dict[str, list[str]] = {}
    for row in rows:
        by_album.setdefault(row["album_id"], []).append(row["recording_id"])
    mapped = [album for album in population.albums if album.mapped is not Mapped.NOTHING]
    assert set(by_album) == {album.album_id for album in mapped}
    for album in mapped:
        songs = [population.discography.recordings[song].recording_id for song in population.group(album).songs]
        told = by_album[album.album_id]
        assert set(songs[:1] if album.mapped is Mapped.FIRST_SONG else songs) <= set(told)
        assert not any(population.by_recording_id[identity].is_video for identity in told)


def test_the_dump_gives_the_same_recordings(twin: Twin, population: AlbumPopulation, tmp_path: Path) -> None:
    dump = dumps.write_files(population, tmp_path, only=["release"])["release"]
    asked = crawl(fetched.STAGE, PARAMETERS, twin.services(), tables(population)).rows("recordings")
    read = compute(ingested.STAGE, ingested.STAGE.parameters(dump=str(dump)), tables(population)).rows("recordings")
    # The dump does not know ids that were merged: such a release is found by its group.
    assert [row | {"from_what": ""} for row in read] == [row | {"from_what": ""} for row in asked]


@pytest.mark.parametrize("kind", STRUCK)
def test_faults_that_last_end_in_their_class(kind: Kind) -> None:
    population = AlbumPopulation(24)
    faults = Faults.planted(1.0, stages=[STAGE], kinds=[kind], lasting=1.0, stall_s=0.2)
    ended, written = outcomes(population, faults)
    assert len(ended) > 1
    assert {(STAGE, key): outcome for key, outcome in ended.items()} == faults.expected()
    assert set(ended) <= {key for key, _, _ in written.rejects}


def test_faults_that_pass_leave_nothing(twin: Twin) -> None:
    faults = Faults.planted(1.0, stages=[STAGE], kinds=[Kind.SERVER_ERROR], lasting=0.0)
    with Twin(TRACKS, albums=SMALL, faults=faults) as struck:
        for _ in range(2):
            crawl(fetched.STAGE, PARAMETERS, struck.services(), tables(SMALL))
        healed = crawl(fetched.STAGE, PARAMETERS, struck.services(), tables(SMALL))
    assert set(faults.expected().values()) == {"ok"}
    assert healed.rows("recordings") == crawl(fetched.STAGE, PARAMETERS, twin.services(), tables(SMALL)).rows(
        "recordings"
    )


def test_what_is_not_there_is_an_answer() -> None:
    faults = Faults.planted(1.0, stages=[STAGE], kinds=[Kind.NOT_FOUND])
    ended, written = outcomes(AlbumPopulation(24), faults)
    assert set(ended.values()) == set(faults.expected().values()) == {"ok"}
    assert {reason for key, reason, _ in written.rejects if key in ended} == {"release_group_not_found"}


def test_a_page_that_comes_again_is_seen_where_there_are_several() -> None:
    faults = Faults.planted(1.0, stages=[STAGE], kinds=[Kind.REPEATED_PAGE])
    ended, _ = outcomes(SMALL, faults)
    assert list(ended.values()) == list(faults.expected().values()) == ["invalid"]
    assert targets.has_pages(SMALL, *ended)


def test_faults_of_albums_are_planted_only_where_they_are_asked_for() -> None:
    faults = Faults.planted(1.0)
    faults.bind(Population(40, n_moods=2), SMALL)
    assert {target.stage for target in faults.plan} <= set(STAGES)
    faults = Faults.planted(1.0, stages=ALBUM_STAGES)
    faults.bind(Population(40, n_moods=2), SMALL)
    assert {target.key for target in faults.plan} == set(targets.album_of_group(SMALL).values())
