from __future__ import annotations

import gzip
import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from musicdata.errors import InputError, IntegrityError, RefusedError, UsageError
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import layout
from musicdata.release.removal.absence import prove_absence
from musicdata.release.removal.takedown import takedown
from musicdata.release.sharing.redaction import render
from musicdata.release.verify.files import verify
from tests.release import made
from tests.release.rights_made import rare_word, with_rights
from tests.trees import digests

REASON = "asked for by the publisher"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A made-up release; each split has three files."""
    made_up = with_rights(48)
    return made.Made(made_up.tables, {}, {}, {}, files=3).write(tmp_path_factory.mktemp("full") / "full")


@pytest.fixture(scope="module")
def gone(full: Release) -> str:
    """A song of the train split."""
    return next(str(row["song_id"]) for row in full.samples(["song_id", "split"]) if row["split"] == "train")


@pytest.fixture(scope="module")
def after(full: Release, gone: str, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The release without that song."""
    out = tmp_path_factory.mktemp("after") / "after"
    record = takedown(full.root, [gone], reason=REASON, out=out)
    assert record == layout.read_record(out)
    return open_release(out)


def samples_of(release: Release, song_id: str) -> list[str]:
    return [row["sample_id"] for row in release.samples(["sample_id", "song_id"]) if row["song_id"] == song_id]


def test_a_takedown_is_a_sound_patch_version_with_a_tombstone(after: Release, full: Release, gone: str) -> None:
    assert verify(after.root) == []
    record = after.record
    assert record.version == "1.0.1"
    assert record.previous == layout.Previous(version="1.0.0", content_root=full.record.content_root)
    assert record.tombstones == [layout.Tombstone(table="songs", id=gone, version="1.0.1", reason=REASON)]
    assert record.content_root != full.record.content_root
    n_gone = len(samples_of(full, gone))
    assert (
        sum(record.rights["audio"].values()) == sum(after.n_samples.values()) == sum(full.n_samples.values()) - n_gone
    )


def test_all_else_is_as_it_was_split_by_split(after: Release, full: Release, gone: str) -> None:
    lost = set(samples_of(full, gone))
    for table in full.tables:
        if table == "note_sheets":
            continue
        columns = [column.name for column in full.contract(table).columns]
        field = "song_id" if table == "songs" else "sample_id"
        stays = [r for r in full.rows(table, columns=columns) if r[field] != gone and r[field] not in lost]
        assert list(after.rows(table, columns=columns)) == stays


def test_a_shared_picture_goes_with_the_last_sample_that_shows_it(after: Release, full: Release) -> None:
    shown: dict[tuple[str, str], str] = {}
    for row in after.rows("alignment"):
        place = row["note_sheet_id"], row["split"]
        shown[place] = min(shown.get(place, row["sample_id"]), row["sample_id"])
    columns = [column.name for column in full.contract("note_sheets").columns]
    now = {(r["note_sheet_id"], r["split"]): r for r in after.rows("note_sheets", columns=columns)}
    before = {(r["note_sheet_id"], r["split"]): r for r in full.rows("note_sheets", columns=columns)}
    assert {place: row["sample_id"] for place, row in now.items()} == shown
    assert all(row | {"sample_id": ""} == before[place] | {"sample_id": ""} for place, row in now.items())
    assert any(now[place]["sample_id"] != before[place]["sample_id"] for place in now)


def test_only_files_that_held_the_item_are_written_anew(after: Release, full: Release, gone: str) -> None:
    lost = pa.array([gone, *samples_of(full, gone)])
    for path in sorted(full.root.rglob("*.parquet")):
        old, new = path, after.root / path.relative_to(full.root)
        rows = pq.read_table(old)
        name = "song_id" if "songs" in path.parts else "sample_id"
        held = pc.any(pc.is_in(rows[name], lost)).as_py()
        assert (old.read_bytes() == new.read_bytes()) is not held
        assert pq.read_schema(old).equals(pq.read_schema(new), check_metadata=True)


def test_the_same_takedown_gives_the_same_bytes(after: Release, full: Release, gone: str, tmp_path: Path) -> None:
    takedown(full.root, [gone], reason=REASON, out=tmp_path / "again")
    assert digests(tmp_path / "again", ".") == digests(after.root, ".")


def test_rows_and_record_are_those_of_a_release_that_never_had_it(
    after: Release, full: Release, gone: str, tmp_path: Path
) -> None:
    def stays(table: pa.Table) -> pa.Table:
        name = "sample_id" if "sample_id" in table.column_names else "song_id"
        known = pa.array([*samples_of(full, gone), gone])
        return table.filter(pc.invert(pc.is_in(table[name], known)))

    tables = {name: stays(rows) for name, rows in with_rights(48).tables.items() if name != "note_sheets"}
    tables["note_sheets"] = after.table("note_sheets", [c.name for c in after.contract("note_sheets").columns])
    tables["note_sheets"] = tables["note_sheets"].sort_by([("note_sheet_id", "ascending"), ("split", "ascending")])
    never = made.made(tables).write(tmp_path / "never")
    assert never.record.tables == after.record.tables
    assert never.record.content_root == after.record.content_root


@pytest.mark.parametrize("kind", ["sample", "group", "two"])
def test_samples_and_groups_go_too(kind: str, full: Release, tmp_path: Path) -> None:
    rows = list(full.samples(["sample_id", "song_id", "group_id"]))
    ids = {
        "sample": [rows[0]["sample_id"]],
        "group": [rows[0]["group_id"]],
        "two": [rows[0]["sample_id"], rows[9]["song_id"]],
    }
    record = takedown(full.root, ids[kind], reason=REASON, out=tmp_path / "out", version="1.1.0")
    assert record.version == "1.1.0"
    kept = [row for row in rows if not set(row.values()) & set(ids[kind])]
    assert list(open_release(tmp_path / "out").samples(["sample_id", "song_id", "group_id"])) == kept
    songs = {row["song_id"] for row in open_release(tmp_path / "out").rows("songs")}
    assert songs == {row["song_id"] for row in kept}
    assert {stone.table for stone in record.tombstones} == {
        "sample": {"samples"},
        "group": {"song_groups"},
        "two": {"samples", "songs"},
    }[kind]


def test_a_split_may_become_empty(full: Release, tmp_path: Path) -> None:
    ids = sorted({row["song_id"] for row in full.samples(["song_id", "split"]) if row["split"] == "test"})
    record = takedown(full.root, ids, reason=REASON, out=tmp_path / "out")
    assert verify(tmp_path / "out") == []
    assert record.tables["samples"].rows["test"] == record.tables["note_sheets"].rows["test"] == 0
    assert {file.path for file in record.files} == {file.path for file in full.record.files}


def test_a_song_that_names_its_group_goes_alone_unless_the_group_is_meant(tmp_path: Path) -> None:
    def named(rows: pa.Table) -> pa.Table:
        return made.set_values(
            rows, "group_id", ["song000000" if g == "group000000" else g for g in rows["group_id"].to_pylist()]
        )

    release = with_rights().with_table("samples", named).with_table("alignment", named).write(tmp_path / "full")
    record = takedown(release.root, ["song000000"], reason=REASON, out=tmp_path / "song")
    assert record.tombstones[0].table == "songs"
    assert {row["song_id"] for row in open_release(tmp_path / "song").samples(["song_id"])} >= {"song000001"}
    record = takedown(release.root, ["group:song000000"], reason=REASON, out=tmp_path / "group")
    assert (record.tombstones[0].table, record.tombstones[0].id) == ("song_groups", "song000000")
    left = {row["song_id"] for row in open_release(tmp_path / "group").samples(["song_id"])}
    assert not left & {"song000000", "song000001"}


@pytest.mark.parametrize(
    ("ids", "options", "error", "message"),
    [
        (["nobody"], {}, InputError, r"nobody is not in made@1\.0\.0: expected the id"),
        ([], {}, UsageError, "at least one id"),
        (["song000000"], {"reason": " "}, UsageError, "needs a reason"),
        (["song000000"], {"version": "1.0.0"}, RefusedError, r"1\.0\.0 does not come after 1\.0\.0"),
        (["song000000"], {"version": "one"}, UsageError, "'one' is no version"),
        ([f"group{n:06d}" for n in range(12)], {}, InputError, "nothing would be left"),
    ],
)
def test_what_makes_no_sense_is_refused(
    ids: list[str], options: dict[str, str], error: type[Exception], message: str, full: Release, tmp_path: Path
) -> None:
    with pytest.raises(error, match=message):
        takedown(full.root, ids, out=tmp_path / "out", **({"reason": REASON} | options))
    assert not (tmp_path / "out").exists()


def test_twice_is_once_and_views_are_left_alone(after: Release, full: Release, gone: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"{gone} is not in made@1\.0\.1: it was taken down in version 1\.0\.1"):
        takedown(after.root, [gone], reason=REASON, out=tmp_path / "out")
    render(full.root, "ids", tmp_path / "ids")
    with pytest.raises(UsageError, match="take the items out of the full release"):
        takedown(tmp_path / "ids", [gone], reason=REASON, out=tmp_path / "out")
    with pytest.raises(InputError, match="is there already"):
        takedown(full.root, [gone], reason=REASON, out=tmp_path / "ids")
    second = takedown(after.root, ["song000007"], reason="another", out=tmp_path / "second")
    assert [stone.version for stone in second.tombstones] == ["1.0.1", "1.0.2"]
    assert takedown(after.root, ["song000007"], reason="another", out=tmp_path / "second") == second
    assert second.previous == layout.Previous(version="1.0.1", content_root=after.record.content_root)


def test_a_damaged_file_is_not_carried_over(full: Release, tmp_path: Path) -> None:
    root = shutil.copytree(full.root, tmp_path / "full")
    path = root / "data" / "alignment" / "test-00000-of-00003.parquet"
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    with pytest.raises((IntegrityError, OSError)):
        takedown(root, ["song000000"], reason=REASON, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_something_left_stops_the_takedown(full: Release, gone: str, tmp_path: Path) -> None:
    root = shutil.copytree(full.root, tmp_path / "full")
    recipe = root / layout.RECIPE
    recipe.write_text(recipe.read_text("utf-8") + f"\n# {gone} is the best of all\n", "utf-8")
    made.resign(root)
    with pytest.raises(IntegrityError, match=rf"something is left .*recipe\.toml: the id {gone}"):
        takedown(root, [gone], reason=REASON, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_absence_is_proved_in_release_and_views(after: Release, full: Release, gone: str, tmp_path: Path) -> None:
    n = len(samples_of(full, gone))
    for view in ("open", "features", "ids"):
        render(after.root, view, tmp_path / view)
    for root, named in ((after.root, [gone]), (tmp_path, after.record.tombstones)):
        report = prove_absence(root, named, full.root)
        assert report.ok
        assert report.looked_for["ids"] == n + 1
        assert report.looked_for["media"] >= 2 * n
        assert report.looked_for["hashes"] == report.looked_for["media"]
        assert report.looked_for["words"] == n
        assert report.files == sum(path.is_file() for path in root.rglob("*"))
        assert report.values > 1000


def test_what_is_there_is_found(full: Release, gone: str) -> None:
    report = prove_absence(full.root, [gone], full.root)
    files = {finding.file.split("/")[1] for finding in report.findings if finding.file.startswith("data/")}
    assert files == set(full.tables) - {"audio", "sheets"}
    sample = samples_of(full, gone)[0]
    whats = {finding.what for finding in report.findings}
    assert {f"the id {gone}", f"the id {sample}", f"audio.audio of {sample}", f"sheets.image of {sample}"} <= whats
    assert {f"the words of {sample}", f"the sha256 of audio.audio of {sample}"} <= whats


PLANT: dict[str, Callable[[Path, str, bytes, str], object]] = {
    "a name": lambda root, sample, _sound, _words: (root / f"{sample}.txt").write_bytes(b""),
    "a text": lambda root, sample, _sound, _words: (root / "README.md").write_text(f"as {sample} shows"),
    "words in another case": lambda root, _sample, _sound, words: (root / "card.html").write_text(words.upper()),
    "a sound": lambda root, _sample, sound, _words: (root / "a.bin").write_bytes(b"head" + sound + b"tail"),
    "a sound at the border of two pieces": lambda root, _sample, sound, _words: (root / "b.bin").write_bytes(
        bytes(32_000_000 - len(sound) // 2) + sound
    ),
    "words in a gzip file": lambda root, _sample, _sound, words: (root / "c.jsonl.gz").write_bytes(
        gzip.compress(json.dumps({"text": words}).encode())
    ),
    "a member of a tar file": lambda root, _sample, sound, _words: write_tar(root / "d.tar", "w", "x.flac", sound),
    "a member of a compressed one": lambda root, _sample, sound, _words: write_tar(
        root / "e.tar.gz", "w:gz", "x", sound
    ),
    "the name of a member": lambda root, sample, _sound, _words: write_tar(root / "f.tar.gz", "w:gz", sample, b""),
    "a value of a column": lambda root, _sample, _sound, words: pq.write_table(
        pa.table({"t": ["a", words, "b"]}), root / "g.parquet", compression="zstd"
    ),
    "bytes inside a struct in a list": lambda root, _sample, sound, _words: pq.write_table(
        pa.table({"t": [[{"bytes": sound}]]}), root / "h.parquet", compression="zstd"
    ),
    "the metadata of a Parquet file": lambda root, sample, _sound, _words: pq.write_table(
        pa.table({"t": [1]}).replace_schema_metadata({"first": sample}), root / "i.parquet"
    ),
}


def write_tar(path: Path, mode: str, name: str, data: bytes) -> None:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]  # one of the modes
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))


@pytest.mark.parametrize("plant", PLANT)
def test_what_is_planted_is_found(plant: str, full: Release, gone: str, tmp_path: Path) -> None:
    sample = samples_of(full, gone)[0]
    row = next(row for row in full.samples() if row["sample_id"] == sample)
    (tmp_path / "view").mkdir()
    (tmp_path / "view" / "harmless.txt").write_text("song000099 love the day")
    assert prove_absence(tmp_path / "view", [gone], full.root).ok
    PLANT[plant](tmp_path / "view", sample, row["audio"]["bytes"], row["lyrics"])
    report = prove_absence(tmp_path / "view", [gone], full.root)
    assert report.findings
    assert all(sample in finding.what or gone in finding.what for finding in report.findings)
    assert rare_word(sample) not in " ".join(map(str, report.findings))


def test_what_others_have_too_is_no_trace(full: Release, gone: str, tmp_path: Path) -> None:
    first, second = samples_of(full, gone)[0], samples_of(full, "song000009")[0]

    def shared(rows: pa.Table, column: str) -> pa.Table:
        values = rows[column].to_pylist()
        ids = rows["sample_id"].to_pylist()
        values[ids.index(first)] = values[ids.index(second)]
        return made.set_values(rows, column, values)

    changed = with_rights().with_table("samples", lambda rows: shared(rows, "lyrics"))
    changed = changed.with_table("audio", lambda rows: shared(shared(rows, "audio"), "sha256"))
    release = changed.write(tmp_path / "full")
    takedown(release.root, [gone], reason=REASON, out=tmp_path / "out")
    assert prove_absence(tmp_path / "out", [gone], release.root).ok


def test_a_file_that_cannot_be_read_proves_nothing(full: Release, gone: str, tmp_path: Path) -> None:
    for name in ("a.parquet", "a.tar", "a.gz"):
        folder = tmp_path / name.replace(".", "-")
        folder.mkdir()
        (folder / name).write_bytes(b"not what it says" * 100)
        with pytest.raises(IntegrityError, match="nobody knows what is in it"):
            prove_absence(folder, [gone], full.root)
    with pytest.raises(InputError, match="there is no folder"):
        prove_absence(tmp_path / "none", [gone], full.root)
    with pytest.raises(InputError, match="nobody is not in"):
        prove_absence(tmp_path, ["nobody"], full.root)
