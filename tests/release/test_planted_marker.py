"""Words of a song that may not be handed on, planted in a real build and looked for in everything that may be."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import itertools
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import musicdata
from musicdata.errors import RefusedError, UsageError
from musicdata.release import exports
from musicdata.release.making.freeze import freeze
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import layout
from musicdata.release.sharing import rights
from musicdata.release.sharing.redaction import render
from musicdata.release.verify.files import verify
from tests.shared import MakeOnce
from tests.songs import rows

if TYPE_CHECKING:
    from musicdata.definitions.arrow import ChunkedArray

PHRASE = "zuquolda vexomirath glomperdine"
SYLLABLES = [["zu", "quolda"], ["vexo", "mirath"], ["glomper", "dine"]]
MARKERS = [PHRASE, *PHRASE.split(), "quolda", "mirath", "glomper"]
HELD = "held"
VIEWS: tuple[layout.View, ...] = ("open", "features", "ids")


def write_song(path: Path, seed: int, statement: str, *, marked: bool) -> None:
    """Write a song of forty notes; the words of a marked one begin with the phrase."""
    table = [{**row, "rights": statement} for row in rows(seed, 40)]
    if marked:
        sung = [(syllable, word) for word, parts in zip(PHRASE.split(), SYLLABLES, strict=True) for syllable in parts]
        for row, (syllable, word) in zip(table, sung, strict=False):
            row |= {"syllable": syllable, "word": word, "word_index": PHRASE.split().index(word)}
        for row in table[len(sung) :]:
            row["word_index"] = int(str(row["word_index"])) + len(SYLLABLES)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)


@pytest.fixture(scope="session")
def marked(made_once: MakeOnce) -> Release:
    """A full release of free songs and one that nobody may hand on, whose words are marked."""
    return open_release(made_once("marked", make_marked) / "full")


def make_marked(folder: Path) -> None:
    (folder / "songs").mkdir()
    write_song(folder / "songs" / f"{HELD}.csv", 0, "Words and music (C) 2019, all rights reserved", marked=True)
    for seed in range(1, 5):
        write_song(folder / "songs" / f"free{seed}.csv", seed, "OpenScore (CC0)", marked=False)
    text = Path("pipelines/musictm.toml").read_text("utf-8")
    (folder / "marked.toml").write_text(text[: text.index("[validate]")], "utf-8")
    work = musicdata.build(str(folder / "marked.toml"), input=folder / "songs", work=folder / "work")
    freeze(work.root, folder / "full", version="1.0.0")


@pytest.fixture(scope="session")
def rendered(marked: Release, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Release]:
    """Every view of it."""
    folder = tmp_path_factory.mktemp("rendered")
    for view in VIEWS:
        render(marked.root, view, folder / view)
    return {view: open_release(folder / view) for view in VIEWS}


def leaves(values: ChunkedArray) -> Iterator[ChunkedArray]:
    if pa.types.is_struct(values.type):
        for child in values.flatten():
            yield from leaves(child)
    elif pa.types.is_string(values.type) or pa.types.is_binary(values.type):
        yield values


def places(root: Path) -> set[str]:
    """Return where markers stand below a folder: files, and columns of Parquet files as they are once they are read."""
    found = set()
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        name = path.relative_to(root).as_posix()
        told = {name: [name.encode(), path.read_bytes()]}
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            told |= {
                f"{name}:{column}": [str(leaf.to_pylist()).encode() for leaf in leaves(table[column])]
                for column in table.column_names
            }
        found |= {place for place, texts in told.items() if any(is_marked(text) for text in texts)}
    return found


def is_marked(text: bytes) -> bool:
    return any(marker.encode() in text.lower() for marker in MARKERS)


def media(root: Path) -> set[str]:
    """Return the sha256 of every sound and picture in the Parquet files below a folder."""
    return {
        hashlib.sha256(value).hexdigest()
        for path in root.rglob("*.parquet")
        for column in pq.read_table(path).columns
        for leaf in leaves(column)
        if pa.types.is_binary(leaf.type)
        for value in leaf.to_pylist()
        if value is not None
    }


def test_the_marker_is_in_the_full_release_or_this_would_prove_nothing(marked: Release) -> None:
    columns = {place.partition(":")[2] for place in places(marked.root)} - {""}
    assert columns == {"lyrics", "syllable", "word"}
    configs = {place.split("/")[1] for place in places(marked.root)}
    assert configs == {"alignment", "notes", "samples"}
    assert PHRASE in " ".join(row["lyrics"] for row in marked.samples(["lyrics"]))


@pytest.mark.parametrize("view", VIEWS)
def test_the_marker_is_nowhere_in_a_view(view: str, rendered: dict[str, Release]) -> None:
    assert verify(rendered[view].root) == []
    assert places(rendered[view].root) == set()


@pytest.mark.parametrize("view", VIEWS)
def test_no_sound_and_no_picture_of_the_song_is_in_a_view(
    view: str, rendered: dict[str, Release], marked: Release
) -> None:
    held, free = set[str](), set[str]()
    for row in marked.samples(["song_id", "audio_sha256", "sheets_sha256"]):
        of = held if row["song_id"].startswith(HELD) else free
        of |= {row["audio_sha256"], row["sheets_sha256"]}
    assert len(held) == 4
    assert held <= media(marked.root)
    there = media(rendered[view].root)
    assert not held & there
    assert (free <= there) is (view == "open")


@pytest.mark.parametrize("view", VIEWS)
def test_the_song_is_named_in_every_view_and_free_words_are_told(view: str, rendered: dict[str, Release]) -> None:
    samples = list(rendered[view].rows("samples"))
    assert sum(row["song_id"].startswith(HELD) for row in samples) == 2
    if view == "open":
        assert {row["song_id"].startswith(HELD) for row in samples if row["lyrics"] is None} == {True}
        assert all(row["lyrics"] for row in samples if not row["song_id"].startswith(HELD))


def test_the_marker_is_in_no_export_of_a_view(rendered: dict[str, Release], tmp_path: Path) -> None:
    made = []
    for name, view in itertools.product(exports.EXPORTS.all(), VIEWS):
        with contextlib.suppress(UsageError):  # it makes no sense of what the view leaves
            exports.export(rendered[view], name, tmp_path / name / view)
            made.append(name)
    assert places(tmp_path) == set()
    assert len(set(made)) >= 3


def test_the_marker_is_in_no_message(
    marked: Release,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(RefusedError) as refused:
        rights.require_permitted(marked)
    assert "all rights reserved" in str(refused.value)
    assert HELD in str(refused.value)
    for view in VIEWS:
        render(marked.root, view, tmp_path / view)
    written = capfd.readouterr()
    for text in (str(refused.value), repr(refused.value), written.out, written.err, caplog.text):
        assert not is_marked(text.encode())
