"""What is not whole is published, exported, compared, taken from, signed and read by nobody, and the file is named."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from musicdata.api import releases as library
from musicdata.api.loading import load
from musicdata.api.release import changing
from musicdata.errors import IntegrityError, MusicdataError
from musicdata.release.exports import export
from musicdata.release.exports.check import check_exports
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import layout, whole
from musicdata.release.removal.absence import prove_absence
from musicdata.release.sharing.redaction import render
from musicdata.release.verify import gate
from tests.release import made
from tests.release.rights_made import with_rights
from tests.release.verify.test_files import flipped

NOTES = "data/alignment/train-00000-of-00001.parquet"
SAMPLES = "data/samples/train-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small release with rights; read it, never change it."""
    tables = with_rights(12).tables
    few = {name: tables[name] for name in ("samples", "audio", "sheets", "alignment", "songs", "rights")}
    return made.made(few).write(tmp_path_factory.mktemp("intact") / "release").root


def other_syllables(rows: pa.Table) -> pa.Table:
    return made.set_values(rows, "syllable", ["other"] * len(rows))


def of_the_same_size(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(flipped(data, len(data) // 2, 3))


def put_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def put_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def put_link(path: Path) -> None:
    path.rename(path.parents[3] / "elsewhere")
    path.symlink_to(path.parents[3] / "elsewhere")


def hide_in_redacted(root: Path) -> None:
    """Change a column, and make the record say that this view shows it otherwise, hashes and all."""
    made.rewrite(root / NOTES, other_syllables)
    kind = pq.read_schema(root / NOTES).field("syllable").type
    from musicdata.release.record.digests import ColumnDigest

    digest = ColumnDigest(kind)
    digest.update(pq.read_table(root / NOTES, partitioning=None)["syllable"])
    there = layout.read_record(root).tables["alignment"].digests["syllable"]
    redacted = {"alignment": {"syllable": there | {"train": digest.hexdigest()}}}
    made.resign(root, lambda record: record.model_copy(update={"redacted": redacted}))


def leave_out_a_column(root: Path) -> None:
    """Take a column out of files and contract, hashes and all."""
    for path in (root / "data/alignment").iterdir():
        made.rewrite(path, lambda rows: rows.drop_columns(["word"]))
    contract = root / "manifests/alignment.toml"
    head, *columns = contract.read_text().split("[[column]]")
    contract.write_text("[[column]]".join([head, *(c for c in columns if 'name = "word"' not in c)]))
    made.resign(root)


@dataclass(frozen=True)
class Attack:
    """Something that is done to a release, what is named for it, and whether hashes alone tell."""

    change: Callable[[Path], object]
    named: str
    is_seen_by_hashes: bool = True


def resealed(change: Callable[[Path], object]) -> Callable[[Path], None]:
    def both(root: Path) -> None:
        change(root)
        made.resign(root)

    return both


ATTACKS = {
    "changed cells": Attack(lambda root: made.rewrite(root / NOTES, other_syllables), NOTES),
    "no rows": Attack(lambda root: made.rewrite(root / NOTES, lambda rows: rows.slice(0, 0)), NOTES),
    "one bit": Attack(lambda root: of_the_same_size(root / NOTES), NOTES),
    "noise": Attack(lambda root: (root / NOTES).write_bytes(b"x" * (root / NOTES).stat().st_size), NOTES),
    "cut": Attack(lambda root: (root / NOTES).write_bytes((root / NOTES).read_bytes()[:-9]), NOTES),
    "gone": Attack(lambda root: (root / NOTES).unlink(), NOTES),
    "a pipe": Attack(lambda root: put_pipe(root / NOTES), NOTES),
    "a link": Attack(lambda root: put_link(root / NOTES), NOTES),
    "a folder": Attack(lambda root: put_folder(root / NOTES), NOTES),
    "one more": Attack(lambda root: (root / "data/alignment/more.parquet").write_bytes(b""), "more.parquet"),
    "one more pipe": Attack(lambda root: os.mkfifo(root / "pipe"), "pipe"),
    "swapped files": Attack(
        lambda root: [
            (root / NOTES).rename(root / "x"),
            (root / NOTES.replace("train", "test")).rename(root / NOTES),
            (root / "x").rename(root / NOTES.replace("train", "test")),
        ],
        NOTES,
    ),
    "another contract": Attack(lambda root: of_the_same_size(root / "manifests/alignment.toml"), "manifests/alignment"),
    "another recipe": Attack(lambda root: (root / layout.RECIPE).write_text("[dataset]\n"), layout.RECIPE),
    "another card": Attack(lambda root: (root / layout.CARD).write_text("# Free\n"), layout.CARD),
    "other sums": Attack(lambda root: (root / layout.SUMS).write_text(""), layout.SUMS),
    "a record that says more": Attack(
        lambda root: (root / layout.RECORD).write_bytes(
            (root / layout.RECORD).read_bytes().replace(b'"Made up"', b'"Free of"')
        ),
        layout.RECORD,
    ),
    "changed cells with new hashes": Attack(
        resealed(lambda root: made.rewrite(root / NOTES, other_syllables)), "syllable", is_seen_by_hashes=False
    ),
    "fewer rows with new hashes": Attack(
        resealed(lambda root: made.rewrite(root / NOTES, lambda rows: rows.slice(1))), NOTES, is_seen_by_hashes=False
    ),
    "no Parquet with new hashes": Attack(
        resealed(lambda root: (root / NOTES).write_bytes(b"PAR1")), NOTES, is_seen_by_hashes=False
    ),
    "changed cells called redacted": Attack(hide_in_redacted, "redacted"),
    "a column left out with new hashes": Attack(leave_out_a_column, "lacks the column word", is_seen_by_hashes=False),
}


def read_all(root: Path) -> None:
    release = load(root)
    for table in release.tables:
        release.table(table)
    release.head  # noqa: B018
    library.card(root)


ACTIONS: dict[str, Callable[[Path, Path, Path], object]] = {
    "publish full": lambda root, good, out: library.publish(root, str(out), claim="We wrote these."),
    "publish open": lambda root, good, out: library.publish(root, str(out), view="open"),
    "publish features": lambda root, good, out: library.publish(root, str(out), view="features"),
    "publish ids": lambda root, good, out: library.publish(root, str(out), view="ids"),
    "foresee publish": lambda root, good, out: library.publish(root, str(out), view="ids", dry_run=True),
    "export open": lambda root, good, out: library.export(root, "open", out),
    "export csv": lambda root, good, out: library.export(root, "csv", out),
    "export webdataset": lambda root, good, out: library.export(root, "webdataset", out),
    "diff from": lambda root, good, out: library.diff(root, good),
    "diff to": lambda root, good, out: library.diff(good, root),
    "takedown": lambda root, good, out: library.takedown(root, ["song000000"], reason="asked", out=out),
    "foresee takedown": lambda root, good, out: changing.foresee_takedown(root, ["song000000"], reason="asked"),
    "check the card": lambda root, good, out: library.check_card(root),
    "sign": lambda root, good, out: library.sign(root, root / "nokey"),
    "export, of one that was opened": lambda root, good, out: export(made_release(root), "files", out),
    "render": lambda root, good, out: render(root, "ids", out),
    "prove exports": lambda root, good, out: check_exports(made_release(root), [out]),
    "prove absence": lambda root, good, out: prove_absence(good, ["song000000"], root),
}


def made_release(root: Path) -> Release:
    return open_release(root, verify=False)


@pytest.fixture
def root(intact: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the release, to spoil, in a folder from which nothing else can be seen."""
    monkeypatch.setenv("MUSICDATA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(intact, tmp_path / "a" / "release")


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_gate_names_what_was_done_and_so_does_reading(attack: str, root: Path) -> None:
    planned = ATTACKS[attack]
    planned.change(root)
    acts: list[Callable[[Path], object]] = [lambda place: gate.require_whole(place, "nothing was done")]
    acts += [read_all] * planned.is_seen_by_hashes
    for act in acts:
        with pytest.raises(MusicdataError) as told:
            act(root)
        assert planned.named in str(told.value)


@pytest.mark.parametrize("attack", ["changed cells", "changed cells with new hashes", "a pipe"])
@pytest.mark.parametrize("name", ACTIONS)
def test_nothing_is_said_of_what_is_not_whole(name: str, attack: str, root: Path, intact: Path, tmp_path: Path) -> None:
    planned = ATTACKS[attack]
    planned.change(root)
    with pytest.raises(MusicdataError) as told:
        ACTIONS[name](root, intact, tmp_path / "out")
    assert planned.named in str(told.value)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "home" / "records").exists()


def test_what_is_read_without_looking_says_so_by_its_call(root: Path) -> None:
    made.rewrite(root / NOTES, other_syllables)
    release = load(root, verify=False)  # the caller's own wish
    assert set(release.table("alignment")["syllable"].to_pylist()[:4]) == {"other"}
    with pytest.raises(IntegrityError, match=NOTES):
        load(root)


def test_each_file_is_hashed_before_it_is_first_read_and_no_other(root: Path) -> None:
    of_the_same_size(root / NOTES)
    release = load(root)
    assert release.table("samples").num_rows == 12
    assert release.n_samples == {"train": 8, "valid": 2, "test": 2}
    with pytest.raises(IntegrityError, match=f"{NOTES} is not what RELEASE.json says: expected the sha256"):
        release.table("alignment")


def test_a_release_that_passed_is_not_hashed_again_until_something_of_it_changes(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "_SETTLED_NS", -1)
    gate.require_whole(root, "nothing")
    times = (root / NOTES).stat()
    monkeypatch.setattr(gate, "verify", lambda _place: pytest.fail("it was looked at again"))
    gate.require_whole(root, "nothing")
    monkeypatch.undo()
    of_the_same_size(root / NOTES)
    os.utime(root / NOTES, ns=(times.st_atime_ns, times.st_mtime_ns))  # as somebody would who wants to hide it
    with pytest.raises(IntegrityError, match=rf"is not whole, nothing: {NOTES}"):
        gate.require_whole(root, "nothing")


def test_a_release_that_just_changed_is_not_remembered(root: Path) -> None:
    gate.require_whole(root, "nothing")
    assert root.resolve() not in gate._passed


@pytest.mark.parametrize("name", [layout.RECORD, layout.SUMS, layout.RECIPE, "manifests/alignment.toml", layout.CARD])
def test_a_document_without_end_is_refused_before_it_is_read(name: str, root: Path) -> None:
    with (root / name).open("r+b") as file:
        file.truncate(40_000_000_000)  # sparse: it takes no room
    acts: list[Callable[[Path], object]] = [load, library.check_card, library.permitted_views]
    for act in acts:
        with pytest.raises(MusicdataError) as told:
            act(root)
        assert name in str(told.value)
    assert name in {problem.file for problem in library.verify(root)}
