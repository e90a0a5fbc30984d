"""The stage that asks AcousticBrainz, on the twin: what it finds, what it finds in the dumps, and what faults make of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from musicdata.definitions import contract
from musicdata.definitions.stage import Item
from musicdata.stages.fetch import acousticbrainz as fetched
from musicdata.stages.ingest import acousticbrainz as ingested
from musicdata.system.http import HttpError
from musicdata.twin import AlbumPopulation, Faults, Kind, Twin
from musicdata.twin.albums import dumps, targets
from tests.stages.crawled import Calls, Tables, compute, crawl
from tests.twin.albums.conftest import TRACKS

STAGE = targets.DOCUMENTS
POPULATION = AlbumPopulation(5)
TABLES = ("acousticbrainz_lowlevel", "acousticbrainz_highlevel")
STRUCK = (Kind.RATE_SECONDS, Kind.RATE_DATE, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.SERVER_ERROR, Kind.UNAVAILABLE,
          Kind.STALL, Kind.DRIP, Kind.SHORT, Kind.GARBAGE, Kind.HTML, Kind.NULL, Kind.WRONG_SHAPE)  # fmt: skip


def recordings(population: AlbumPopulation) -> Tables:
    """Return a table with every recording of the population, and the id that it had."""
    rows = [
        {
            "album_id": "B0",
            "track_index": index,
            "recording_id": one.recording_id,
            "recording_id_given": one.old_id or None,
            "from_what": "songs",
        }
        for index, one in enumerate(population.discography.recordings)
    ]
    return Tables({"recordings": pa.Table.from_pylist(rows, schema=contract.load("recordings").arrow_schema())})


def without_archive(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows in order of recording and submission, whichever archive or batch they are from."""
    plain = [{name: value for name, value in row.items() if name != "archive"} for row in rows]
    return sorted(plain, key=lambda row: (row["recording_id"], row["submission"]))


def test_every_submission_is_found_as_in_the_dumps(tmp_path: Path) -> None:
    inputs = recordings(POPULATION)
    with Twin(TRACKS, albums=POPULATION) as twin:
        asked = crawl(fetched.STAGE, fetched.FetchDocuments(keep="all"), twin.services(), inputs)
    dumps.write_files(POPULATION, tmp_path, only=["lowlevel", "highlevel"])
    read = compute(ingested.STAGE, ingested.ReadDumps(input=str(tmp_path), keep="all"), inputs)
    low, high = (without_archive(asked.rows(table)) for table in TABLES)
    assert [low, high] == [without_archive(read.rows(table)) for table in TABLES]
    told = {(one.recording_id, one.offset): one for one in POPULATION.submissions}
    assert {(row["recording_id"], row["submission"]) for row in low} == set(told)
    assert {row["n_missing"] for row in low} == {0}
    assert len(high) == sum(one.has_highlevel for one in POPULATION.submissions)
    for row in low:
        tag = told[row["recording_id"], row["submission"]].tag_id
        assert row["tag_recording_id"] == (None if tag == row["recording_id"] else tag)


def ended(faults: Faults, parameters: fetched.FetchDocuments) -> dict[tuple[str, str], str]:
    """Return item → class in which it ends."""
    with Twin(TRACKS, albums=POPULATION, faults=faults, deadline_s=3.0) as twin:
        fetcher = fetched.connect(parameters, twin.services())
        outcomes = {}
        for item in fetched.items(parameters, recordings(POPULATION)):
            outcomes[STAGE, item.key] = _outcome(fetcher, item, Calls())
        fetcher.close()
    return outcomes


def _outcome(fetcher: fetched.DocumentFetcher, item: Item, calls: Calls) -> str:
    try:
        fetcher.fetch(item, calls)
    except HttpError as error:
        return str(error.outcome)
    return "ok"


@pytest.mark.parametrize("kind", STRUCK)
def test_faults_that_last_end_in_their_class(kind: Kind) -> None:
    faults = Faults.planted(1.0, stages=[STAGE], kinds=[kind], lasting=1.0, stall_s=0.2)
    assert faults.expected() == {}
    outcomes = ended(faults, fetched.FetchDocuments())
    assert len(outcomes) > 1
    assert outcomes == faults.expected()


def test_all_calls_of_a_batch_are_about_one_item() -> None:
    faults = Faults.planted(0.5, stages=[STAGE], kinds=[Kind.SERVER_ERROR], lasting=1.0)
    outcomes = ended(faults, fetched.FetchDocuments(keep="all"))
    assert set(outcomes.values()) == {"ok", "transient"}
    assert {item for item, outcome in outcomes.items() if outcome != "ok"} == set(faults.expected())


def test_faults_that_pass_leave_nothing() -> None:
    faults = Faults.planted(1.0, stages=[STAGE], kinds=[Kind.SERVER_ERROR], lasting=0.0)
    parameters, calls = fetched.FetchDocuments(), Calls()
    with Twin(TRACKS, albums=POPULATION, faults=faults) as twin:
        fetcher = fetched.connect(parameters, twin.services())
        items = list(fetched.items(parameters, recordings(POPULATION)))
        outcomes = [{_outcome(fetcher, item, calls) for item in items} for _ in range(3)]
        fetcher.close()
    assert outcomes[0] == {"transient"}
    assert outcomes[2] == {"ok"}
    assert set(faults.expected().values()) == {"ok"}
