from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from musicdata.definitions.arrow import vectors
from musicdata.definitions.column import MEDIA_TYPE
from musicdata.errors import InputError, IntegrityError, UsageError
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import layout
from musicdata.release.sharing.redaction import render, without
from musicdata.release.verify.files import verify
from tests.release import made
from tests.release.rights_made import is_open, with_rights
from tests.trees import digests

if TYPE_CHECKING:
    from musicdata.definitions.arrow import Array

VIEWS: tuple[layout.View, ...] = ("open", "features", "ids")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A made-up release of free and of withheld songs."""
    return with_rights().write(tmp_path_factory.mktemp("rights") / "full")


@pytest.fixture(scope="module")
def views(full: Release, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Release]:
    """Every view of it."""
    folder = tmp_path_factory.mktemp("views")
    return {view: _rendered(full, view, folder / view) for view in VIEWS}


def _rendered(full: Release, view: layout.View, out: Path) -> Release:
    record = render(full.root, view, out)
    assert record == layout.read_record(out)
    return open_release(out)


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_a_sound_release_of_the_same_content(view: str, views: dict[str, Release], full: Release) -> None:
    rendered = views[view]
    assert verify(rendered.root) == []
    for name in ("name", "version", "content_root", "tables", "rights", "sources", "tombstones"):
        assert getattr(rendered.record, name) == getattr(full.record, name)
    assert rendered.record.view == view
    ids = ["sample_id", "split", "song_id", "group_id"]
    assert rendered.table("samples", ids).equals(full.table("samples", ids))
    for table in set(rendered.tables) & set(full.tables):
        key = list(full.contract(table).key)
        assert rendered.table(table, key).equals(full.table(table, key))


@pytest.mark.parametrize("view", VIEWS)
def test_what_is_not_redacted_is_as_it_was(view: str, views: dict[str, Release], full: Release) -> None:
    rendered = views[view]
    for table in set(rendered.tables) & set(full.tables):
        columns = [
            c.name for c in rendered.contract(table).columns if c.name not in rendered.record.redacted.get(table, {})
        ]
        assert columns
        assert rendered.table(table, columns).equals(full.table(table, columns))
        redacted = rendered.record.redacted.get(table, {})
        assert all(
            full.contract(table).column(name).content_of or full.contract(table).column(name).features_of
            for name in redacted
        )


def whole_rows(release: Release, table: str, columns: list[str]) -> list[dict[str, Any]]:
    """Return the rows of a table, empty vectors included."""
    place = release.record.tables[table]
    pieces = release.reader.iterate_config(place.config, [place.columns[name] for name in columns])
    return [row for piece in pieces for row in piece.rename_columns(columns).to_pylist()]


def test_open_empties_just_the_cells_that_may_not_be_shown(views: dict[str, Release], full: Release) -> None:
    opened = views["open"]
    assert opened.tables == full.tables
    assert not opened.record.added
    for table in full.tables:
        columns = [column.name for column in full.contract(table).columns]
        content = {c.name for c in full.contract(table).columns if c.content_of}
        if table == "note_sheets":
            continue
        before, after = (whole_rows(release, table, columns) for release in (full, opened))
        for old, new in zip(before, after, strict=True):
            kept = {name: value for name, value in old.items() if name not in content or is_open(old["sample_id"])}
            assert new == dict.fromkeys(columns) | kept
    assert opened.record.redacted["audio"].keys() == {"audio"}


def test_a_shared_picture_stays_if_one_free_sample_shows_it(views: dict[str, Release], full: Release) -> None:
    free = {(row["note_sheet_id"], row["split"]) for row in full.rows("alignment") if is_open(row["sample_id"])}
    rows = list(views["open"].rows("note_sheets", columns=["note_sheet_id", "split", "sample_id", "image"]))
    shown = {(row["note_sheet_id"], row["split"]): row["image"] for row in rows}
    assert {key for key, image in shown.items() if image is not None} == free & shown.keys()
    assert any(image is None for image in shown.values())
    assert any(not is_open(row["sample_id"]) and row["image"] is not None for row in rows)


def test_features_and_ids_have_no_column_that_shows_a_work(views: dict[str, Release], full: Release) -> None:
    gone = {"note_sheets", "sheet_boxes", "features_sheet", "features_lyrics"}
    assert set(full.tables) - set(views["features"].tables) == gone
    assert set(full.tables) - set(views["ids"].tables) == gone | {"features_audio"}
    for view in ("features", "ids"):
        described = [column for table in views[view].tables for column in views[view].contract(table).columns]
        assert not [column.name for column in described if column.content_of]
        assert not [column.name for column in described if column.is_media]
    assert not [c for t in views["ids"].tables for c in views["ids"].contract(t).columns if c.features_of]
    assert views["features"].record.redacted["samples"] == {"lyrics": {}}
    assert {"onset_s", "audio_start"} <= {column.name for column in views["ids"].contract("alignment").columns}
    assert "audio_sha256" in next(views["ids"].samples())


@pytest.mark.parametrize("view", ["features", "ids"])
def test_words_that_many_songs_have_are_counted(view: str, views: dict[str, Release]) -> None:
    rows = list(views[view].rows("bag_of_words"))
    samples = [row["sample_id"] for row in views[view].rows("samples", columns=["sample_id"])]
    assert {row["sample_id"] for row in rows} == set(samples)
    assert {row["word"] for row in rows} <= {"love", "the", "day", "own"}
    assert views[view].record.added["bag_of_words"].rows == {
        split: sum(row["split"] == split for row in rows) for split in layout.SPLITS
    }


def media_digests(release: Release) -> Iterator[tuple[str, str]]:
    for table in ("audio", "sheets"):
        for column in (c.name for c in release.contract(table).columns if c.is_media):
            for row in release.rows(table, columns=["sample_id", column]):
                if row[column] is not None:
                    yield row["sample_id"], hashlib.sha256(row[column]["bytes"]).hexdigest()


def test_sounds_and_pictures_that_are_withheld_are_in_no_file(views: dict[str, Release], full: Release) -> None:
    found = dict(media_digests(full)).keys()
    assert {sample_id for sample_id, _ in media_digests(views["open"])} == {s for s in found if is_open(s)}
    withheld = [
        row["audio"]["bytes"]
        for row in full.rows("audio", columns=["sample_id", "audio"])
        if not is_open(row["sample_id"])
    ]
    data = b"".join(path.read_bytes() for path in views["open"].root.rglob("*.parquet"))
    everything = b"".join(path.read_bytes() for path in full.root.rglob("*.parquet"))
    assert withheld
    assert all(sound in everything and sound not in data for sound in withheld)


@pytest.mark.parametrize("view", VIEWS)
def test_the_same_release_gives_the_same_bytes(
    view: layout.View, views: dict[str, Release], full: Release, tmp_path: Path
) -> None:
    render(full.root, view, tmp_path / "again")
    assert digests(tmp_path / "again", ".") == digests(views[view].root, ".")
    assert render(full.root, view, tmp_path / "again") == views[view].record
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_only_a_full_release_is_rendered_and_nothing_is_overwritten(
    views: dict[str, Release], full: Release, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"is the view open of made@1\.0\.0; render ids from the full one"):
        render(views["open"].root, "ids", tmp_path / "ids")
    with pytest.raises(UsageError, match="full is the release itself"):
        render(full.root, "full", tmp_path / "full")
    with pytest.raises(InputError, match=r"holds made@1\.0\.0 \(open\)"):
        render(full.root, "ids", views["open"].root)
    (tmp_path / "mine").mkdir()
    with pytest.raises(InputError, match="is no release"):
        render(full.root, "ids", tmp_path / "mine")


def test_a_release_that_is_not_what_it_says_is_not_rendered(tmp_path: Path) -> None:
    release = with_rights().write(tmp_path / "full")
    path = release.root / next(f.path for f in release.record.files if "samples/train" in f.path)
    rows = pq.read_table(path)
    pq.write_table(made.set_values(rows, "clef", ["bass?"] * len(rows)), path)
    made.resign(release.root)
    with pytest.raises(IntegrityError, match=r"column clef: its digest is not the one that RELEASE\.json has"):
        render(release.root, "ids", tmp_path / "ids")
    assert not (tmp_path / "ids").exists()


def test_without_a_word_on_rights_nothing_is_shown(tmp_path: Path) -> None:
    release = made.small().write(tmp_path / "full")
    opened = _rendered(release, "open", tmp_path / "open")
    assert verify(opened.root) == []
    assert {row["lyrics"] for row in opened.rows("samples")} == {None}
    assert not list(media_digests(opened))


WITHHELD = pa.array([False, True, False])


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["a", "SECRET", "b"]),
        pa.array([1, 77, 3], pa.int32()),
        pa.array([{"bytes": b, "path": p} for b, p in ((b"a", "x"), (b"SECRET", "SECRET"), (b"b", "y"))], MEDIA_TYPE),
        pa.array([[1], [77, 77, 77], []], pa.list_(pa.field("element", pa.uint8(), nullable=False))),
        vectors(pa.array([1, 2, 77, 77, 5, 6], pa.uint8()), pa.list_(pa.field("element", pa.uint8(), nullable=False), 2)),
    ],
)  # fmt: skip
def test_emptied_values_leave_nothing_behind(values: Array) -> None:
    for given in (pa.chunked_array([values]), pa.chunked_array([values[:1], values[1:]])):
        emptied = without(given, WITHHELD)
        emptied.validate(full=True)
        assert emptied.to_pylist() == [values[0].as_py(), None, values[2].as_py()]
        held = b"".join(buffer.to_pybytes() for buffer in emptied.buffers() if buffer is not None)
        assert b"SECRET" not in held
        assert b"\x4d\x4d" not in held
