from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicdata.definitions import trial
from musicdata.definitions.trial import Trial
from musicdata.errors import InputError
from musicdata.music.features import acousticbrainz
from musicdata.sources.acousticbrainz import dump
from musicdata.stages.ingest import acousticbrainz as stage
from musicdata.stages.ingest.acousticbrainz import STAGE, ReadDumps
from tests.acousticbrainz import changed, highlevel, leaves, lowlevel, mbid, member_name, write_archive
from tests.songs import shared

LOW, HIGH = "acousticbrainz_lowlevel", "acousticbrainz_highlevel"
OTHER_CLASSES = {"ismir04_rhythm": 6, "genre_tzanetakis": 1}
"""Model → real documents whose classes are not those that the others have."""


def run(source: Path, *wanted: str, given: dict[str, str] | None = None, **parameters: object) -> Trial:
    recordings = [
        {
            "album_id": "B0000",
            "track_index": index,
            "recording_id": recording_id,
            "recording_id_given": (given or {}).get(recording_id),
            "from_what": "songs",
        }
        for index, recording_id in enumerate(wanted)
    ]
    return trial.run(STAGE, {"recordings": recordings}, input=str(source), **parameters)


def keys(made: Trial, table: str = LOW) -> list[tuple[str, str, int]]:
    return [(row["archive"], row["recording_id"], row["submission"]) for row in made.rows(table)]


def reasons(made: Trial) -> Counter[str]:
    return Counter(reject.reason for reject in made.rejects)


def real(kind: str) -> dict[str, dict[str, Any]]:
    files = sorted((shared("acousticbrainz") / kind).rglob("*.json"))
    return {file.name[:36]: json.loads(file.read_bytes()) for file in files}


def packed(tmp_path: Path, kind: str, documents: dict[str, dict[str, Any]]) -> None:
    members = [(member_name(one, 0, kind), document) for one, document in reversed(documents.items())]
    write_archive(tmp_path, members, f"acousticbrainz-{kind}-json-20220623-0.tar.zst")


def same(value: object, cell: object) -> bool:
    """Say whether a cell has all numbers of a value, as near as a float32 is, or the same word."""
    if isinstance(value, str):
        return value == cell
    return bool(np.array_equal(np.ravel(np.float32(value)), np.ravel(np.float32(cell))))  # type: ignore[arg-type]


def test_every_value_of_every_real_document_is_in_its_row(tmp_path: Path) -> None:
    low, high = real("lowlevel"), real("highlevel")
    packed(tmp_path, "lowlevel", low)
    packed(tmp_path, "highlevel", high)
    made = run(tmp_path, *low)
    assert made.rejects == []
    rows = {row["recording_id"]: row for row in made.rows(LOW)}
    assert sorted(rows) == sorted(low)
    n_values = 0
    for recording_id, document in low.items():
        row = rows[recording_id]
        for path, value in leaves(document):
            assert same(value, row[path.replace(".", "_")]), (recording_id, path)
            n_values += np.size(value) if not isinstance(value, str) else 1
        assert row["n_missing"] == 0
        check_facts(document["metadata"], row)
    assert n_values == 12 * (acousticbrainz.N_NUMBERS + 4) + sum(
        len(r["rhythm"]["beats_position"]) for r in low.values()
    )
    check_models(high, {row["recording_id"]: row for row in made.rows(HIGH)})


def check_facts(metadata: dict[str, Any], row: dict[str, Any]) -> None:
    properties, version = metadata["audio_properties"], metadata["version"].get("lowlevel", metadata["version"])
    names = {"length_s": "length", "replay_gain_db": "replay_gain", "sample_rate_hz": "sample_rate"}
    for column in ("length_s", "bit_rate", "codec", "lossless", "sample_rate_hz", "replay_gain_db"):
        assert row[column] == properties.get(names.get(column, column)), column
    assert (row["essentia"], row["extractor"]) == (version["essentia"], version["extractor"])
    assert row["tag_recording_id"] is None


def check_models(documents: dict[str, dict[str, Any]], rows: dict[str, dict[str, Any]]) -> None:
    assert sorted(rows) == sorted(documents)
    others: Counter[str] = Counter()
    for recording_id, document in documents.items():
        row = rows[recording_id]
        assert row["length_s"] == document["metadata"]["audio_properties"]["length"]
        assert sorted(document["highlevel"]) == sorted(acousticbrainz.MODELS)
        for name, model in document["highlevel"].items():
            assert row[f"{name}_value"] == model["value"]
            assert same(model["probability"], row[f"{name}_probability"])
            if sorted(model["all"]) == list(acousticbrainz.MODELS[name]):
                assert same([model["all"][one] for one in sorted(model["all"])], row[name])
            else:
                assert row[name] is None
                others[name] += 1
    assert others == OTHER_CLASSES


def test_faults_and_hostile_members_are_counted_as_the_truth_has_them(tmp_path: Path) -> None:
    pack = shared("acousticbrainz") / "make_dump.py"
    arguments = ["--out", str(tmp_path), "--n", "70", "--parts", "2", "--faults", "0.5", "--hostile", "--seed", "5"]
    subprocess.run([sys.executable, str(pack), *arguments], check=True, capture_output=True)
    header, *lines = (tmp_path / "truth.tsv").read_text("utf-8").splitlines()
    truth = [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]
    made = run(tmp_path, *sorted({row["mbid"] for row in truth}), keep="all")
    reason_of = {
        "truncated": "truncated_json",
        "empty": "empty",
        "html": "html",
        "no_lowlevel": "no_lowlevel",
        "null_metadata": "never_processed",
    }
    expected: Counter[str] = Counter({"unsafe_path": 4 * 2, "not_a_file": 4 * 4, "no_recording_id": 4})
    good: dict[str, set[tuple[str, str, int]]] = {LOW: set(), HIGH: set()}
    for row in truth:
        for kind, table in (("lowlevel", LOW), ("highlevel", HIGH)):
            fault, archive = row[f"{kind}_fault"], f"acousticbrainz-{kind}-json-20220623-{row[f'{kind}_part']}"
            if fault in reason_of:
                expected[reason_of[fault]] += 1
            else:
                good[table].add((archive, row["mbid"], int(row["offset"])))
    assert reasons(made) == expected
    assert {table: set(keys(made, table)) for table in good} == good
    mismatched = {(r["mbid"], int(r["offset"])) for r in truth if r["lowlevel_fault"] == "tag_mismatch"}
    assert mismatched
    rows = made.rows(LOW)
    assert {(r["recording_id"], r["submission"]) for r in rows if r["tag_recording_id"]} == mismatched
    bpm = {(row["mbid"], int(row["offset"])): float(row["bpm"]) for row in truth}
    assert all(np.float32(bpm[r["recording_id"], r["submission"]]) == np.float32(r["rhythm_bpm"]) for r in rows)
    assert not (tmp_path / "escape.json").exists()


def test_the_first_submission_or_all(tmp_path: Path) -> None:
    order = [(2, 1), (1, 0), (2, 0), (1, 2), (3, 1)]
    write_archive(tmp_path, [(member_name(mbid(n), k), lowlevel(mbid(n), k)) for n, k in order], "a.tar.zst")
    wanted = [mbid(n) for n in (1, 2, 3)]
    assert keys(run(tmp_path, *wanted)) == [("a", mbid(1), 0), ("a", mbid(2), 0)]
    assert keys(run(tmp_path, *wanted, keep="all")) == [("a", mbid(n), k) for n, k in sorted(order)]


def test_recordings_are_looked_for_by_the_id_before_a_merge_too(tmp_path: Path) -> None:
    old, new = mbid(1), mbid(2)
    write_archive(tmp_path, [(member_name(old), lowlevel(old)), (member_name(mbid(3)), lowlevel())], "a.tar.zst")
    made = run(tmp_path, new, given={new: old})
    assert keys(made) == [("a", old, 0)]


def test_one_document_twice_is_kept_once(tmp_path: Path) -> None:
    twice = [(member_name(mbid(1)), lowlevel(mbid(1), seed)) for seed in (0, 1)]
    write_archive(tmp_path, [*twice, (member_name(mbid(1), 0, "highlevel"), highlevel(mbid(1)))], "a.tar.zst")
    made = run(tmp_path, mbid(1))
    assert reasons(made) == {"duplicate": 1}
    [row] = made.rows(LOW)
    assert same(lowlevel(mbid(1), 0)["rhythm"]["bpm"], row["rhythm_bpm"])
    assert len(made.rows(HIGH)) == 1


def test_a_document_of_no_known_kind_goes_by_its_keys(tmp_path: Path) -> None:
    documents = [lowlevel(mbid(1)), highlevel(mbid(2)), {"new": {}}]
    members = [(f"mediaeval/{mbid(n)}.json", one) for n, one in enumerate(documents, 1)]
    made = run(write_archive(tmp_path, members, "a.tar.zst"), *(mbid(n) for n in (1, 2, 3)))
    assert (keys(made), keys(made, HIGH)) == ([("a", mbid(1), 0)], [("a", mbid(2), 0)])
    assert reasons(made) == {"no_lowlevel": 1}


def test_a_reject_tells_the_document_and_the_archive(tmp_path: Path) -> None:
    wrong = changed(lowlevel(mbid(1)), "rhythm.bpm", "fast")
    [reject] = run(
        write_archive(tmp_path, [(member_name(mbid(1), 4), wrong)], "a.tar.zst"), mbid(1), keep="all"
    ).rejects
    assert (reject.key, reject.reason) == (f"{mbid(1)}-4", "bad_number")
    assert reject.detail.startswith("lowlevel document in a: rhythm.bpm holds fast")


def test_each_archive_is_a_shard_that_another_does_not_change(tmp_path: Path) -> None:
    for number in (1, 2):
        write_archive(tmp_path, [(member_name(mbid(number)), lowlevel(mbid(number)))], f"{number}.tar.zst")

    def shards(*wanted: str) -> dict[str, str]:
        rows = [
            {"album_id": "B0", "track_index": n, "recording_id": one, "from_what": "songs"}
            for n, one in enumerate(wanted)
        ]
        inputs = trial._Inputs({"recordings": trial._table("recordings", rows)})
        assert STAGE.cut is not None
        return {shard.first: shard.digest for shard in STAGE.cut(ReadDumps(input=str(tmp_path)), inputs)}

    before = shards(mbid(1))
    write_archive(tmp_path, [(member_name(mbid(3)), lowlevel(mbid(3)))], "1.tar.zst")
    after = shards(mbid(1))
    assert (before["2"] == after["2"], before["1"] == after["1"]) == (True, False)
    assert set(shards(mbid(1), mbid(2)).values()).isdisjoint(after.values())


def test_an_archive_that_changes_while_it_is_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_archive(tmp_path, [(member_name(mbid(1)), lowlevel(mbid(1)))], "a.tar.zst")
    scan = dump.scan

    def meddling(*arguments: Any, **named: Any) -> Any:
        yield from scan(*arguments, **named)
        path.write_bytes(path.read_bytes() + b"more")

    monkeypatch.setattr(dump, "scan", meddling)
    with pytest.raises(InputError, match="archive a changed while it was being read"):
        run(tmp_path, mbid(1))


def test_rows_do_not_depend_on_how_many_fit_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [5, 3, 9, 1, 7, 2]
    members = [(member_name(mbid(n)), lowlevel(mbid(n))) for n in numbers]
    path = write_archive(tmp_path, members, "a.tar.zst")
    at_once = run(path, *(mbid(n) for n in sorted(numbers)))
    monkeypatch.setattr("musicdata.sources.acousticbrainz.sorted_runs.SortedRuns.__init__.__defaults__", (2,))
    piecewise = run(path, *(mbid(n) for n in sorted(numbers)))
    assert at_once.tables[LOW].equals(piecewise.tables[LOW])


def test_the_plan_tells_documents_rows_and_time(tmp_path: Path) -> None:
    for part in range(2):
        write_archive(tmp_path, [("noise", bytes(range(256)) * 40)], f"x-lowlevel-{part}.tar.zst")
    (tmp_path / "x-highlevel-0.tar.zst").write_bytes(bytes(300_000))
    parameters = ReadDumps(input=str(tmp_path))
    expected = stage.expect(parameters, {"recordings": 1000.0})
    assert expected.items == 2 + 200
    assert expected.rows == {LOW: 2, HIGH: 200}
    assert expected.files == {".tar.zst": 3}
    cost = STAGE.cost_of(parameters, expected)
    assert cost.cpu_s is not None
    assert 0 < cost.cpu_s < 0.01


def test_the_remark_counts_the_recordings_without_documents(tmp_path: Path) -> None:
    write_archive(tmp_path, [(member_name(mbid(1)), lowlevel(mbid(1)))], "a.tar.zst")
    wanted = [mbid(1), mbid(2), mbid(3)]
    made = run(tmp_path, *wanted)
    rows = [
        {"album_id": "B0", "track_index": n, "recording_id": one, "from_what": "songs"} for n, one in enumerate(wanted)
    ]
    remark = stage.remark(ReadDumps(), trial._Inputs({"recordings": trial._table("recordings", rows), **made.tables}))
    assert remark.facts == {"recordings": 3, LOW: 1, HIGH: 0}
    assert remark.text == "2 of 3 recordings have no low-level document in the archives"
