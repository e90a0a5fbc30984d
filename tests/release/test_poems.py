"""A data set without songs, sounds or tables of ours, on all ways that a release goes."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import musicdata
from musicdata.definitions import plugins
from musicdata.definitions.plugins import Plugins
from musicdata.errors import UsageError
from musicdata.release.diff import diff
from musicdata.release.diff.bump import required_bump
from musicdata.release.exports import EXPORTS, export
from musicdata.release.exports.check import check_exports
from musicdata.release.making.freeze import freeze
from musicdata.release.publish.publishing import publish
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import layout
from musicdata.release.removal.absence import prove_absence
from musicdata.release.removal.takedown import takedown
from musicdata.release.sharing import redaction, rights
from musicdata.release.verify.files import verify

POEMS = Path(__file__).resolve().parents[1] / "made_up" / "poems"
WORDS = ("moss", "lantern", "harbour", "thistle", "ember", "willow", "copper", "meadow")
# Exports that are about sounds or notes, and what they say of a data set that has none.
REFUSING = {"lhotse": "no sound", "musictm": "no pitch, no duration_ql"}
MAKING = sorted(EXPORTS.all().keys() - REFUSING.keys())
RIGHTS_VIEWS: tuple[layout.View, ...] = ("open", "features", "ids")

RECIPE = """\
[dataset]
name = "poems"
title = "Poems and the years they were written in"
modalities = ["poem"]

[plugins]
modules = [{module}]
manifests = {manifests}

[[stage]]
use = "poems.read"
input = {input}

[[stage]]
use = "poems.rights"

[[stage]]
use = "poems.letters"

[release]
complete = "poems"
licence = "CC0-1.0"
"""


def rare(number: int) -> str:
    """Return a word that only one poem has."""
    return "alone" + "".join("abcdefghij"[int(digit)] for digit in f"{number:02d}")


def poem(number: int) -> dict[str, object]:
    """Return a made-up poem of words that several have, and one that it has alone."""
    words = [WORDS[(number + step) % len(WORDS)] for step in range(4)]
    return {
        "title": f"Poem {number}",
        "poem": f"{' '.join(words)}\nand {rare(number)} remains",
        "year": 1900 + number,
    }


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of forty poems, built by a plug-in."""
    folder = tmp_path_factory.mktemp("poems")
    lines = folder / "poems.jsonl"
    lines.write_text("".join(f"{json.dumps(poem(number))}\n" for number in range(40)), "utf-8")
    paths = {"module": POEMS / "poems", "manifests": POEMS / "manifests", "input": lines}
    recipe = folder / "poems.toml"
    recipe.write_text(RECIPE.format(**{name: json.dumps(str(path)) for name, path in paths.items()}), "utf-8")
    return musicdata.build(str(recipe), work=folder / "work").root


@pytest.fixture(scope="module")
def full(work: Path) -> Release:
    """A release of it, read without its plug-in as a stranger reads it."""
    root = work.with_name("full")
    freeze(work, root, version="1.0.0")
    plugins.activate(Plugins())
    return open_release(root)


@pytest.fixture(scope="module")
def views(full: Release) -> Mapping[str, Release]:
    """Rights view → the release in it."""
    for view in RIGHTS_VIEWS:
        redaction.render(full.root, view, full.root.with_name(view))
    return {"full": full} | {view: open_release(full.root.with_name(view)) for view in RIGHTS_VIEWS}


def test_a_release_has_every_table_and_no_others_names(full: Release) -> None:
    assert full.tables == ["poem_letters", "poems", "rights"]
    assert sum(full.n_samples.values()) == len(full.table("poems")) == 40
    assert verify(full.root, deep=True) == []
    assert full.record.sources.keys() == {"tables"}, "no table tells of source files"
    assert full.record.rights == {"poem": {"public_domain": 40}}


@pytest.mark.parametrize("view", ["full", *RIGHTS_VIEWS])
@pytest.mark.parametrize("name", MAKING)
def test_every_export_that_makes_sense_of_it_shows_the_release(
    name: str, view: str, full: Release, views: Mapping[str, Release], tmp_path: Path
) -> None:
    release, out = views[view], tmp_path / name
    if name == "webdataset" and view in ("features", "ids"):
        with pytest.raises(UsageError, match="has no sound, no picture and no text"):
            export(release, name, out)
        return
    export(release, name, out)
    assert check_exports(full, [out]) == []
    assert check_exports(release, [out]) == []
    held = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert (rare(7).encode() in held) == (view in ("full", "open"))


@pytest.mark.parametrize("name", REFUSING)
def test_the_others_say_what_they_miss(name: str, full: Release, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"poems@1\.0\.0 in the view 'full' has {REFUSING[name]}"):
        export(full, name, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_an_archive_has_a_poem_and_its_facts_side_by_side(full: Release, tmp_path: Path) -> None:
    export(full, "webdataset", tmp_path / "out")
    row = next(iter(full.samples()))
    with tarfile.open(tmp_path / "out" / f"{row['split']}-000000.tar") as archive:
        members = [archive.extractfile(name) for name in archive.getnames()[:2]]
        data = [member.read().decode() for member in members if member]
        assert archive.getnames()[:2] == [f"{row['sample_id']}.json", f"{row['sample_id']}.txt"]
    assert data[1] == row["poem"]
    assert json.loads(data[0])["year"] == row["year"]
    assert json.loads(data[0])["rights"]["poem"]["may_redistribute"] is True


def test_what_is_changed_in_an_export_is_found(full: Release, tmp_path: Path) -> None:
    export(full, "mirdata", tmp_path / "out")
    path = min((tmp_path / "out" / "poem").iterdir())
    path.write_text("another poem", "utf-8")
    found = check_exports(full, [tmp_path / "out"])
    assert any(
        f"poem/{path.name} is not what its record says" in line or f"poem/{path.name} has" in line for line in found
    )
    assert any("the index has" in line and "as the lyrics of track" in line for line in found)


def test_views_without_the_poems_count_the_words_that_many_have(views: Mapping[str, Release]) -> None:
    for view in ("features", "ids"):
        release = views[view]
        words = set(release.table("bag_of_words").column("word").to_pylist())
        assert words == {*WORDS, "and", "remains"}
        assert "poem" not in next(iter(release.samples()))
        assert ("poem_letters" in release.tables) == (view == "features")
        assert verify(release.root, deep=True) == []
        assert rights.permitted_views(release) == (view,)
    assert rights.permitted_views(views["full"]) == ("full", *RIGHTS_VIEWS)


@pytest.mark.parametrize("kind", ["sample_id", "group_id"])
def test_a_poem_is_taken_down_and_stays_down(kind: str, work: Path, full: Release, tmp_path: Path) -> None:
    row = full.table("poems").to_pylist()[5]
    name = row[kind] if kind == "sample_id" else f"group:{row[kind]}"
    record = takedown(full.root, [name], reason="asked", out=tmp_path / "less")
    less = open_release(tmp_path / "less")
    (tombstone,) = record.tombstones
    assert (tombstone.id, record.version) == (row[kind], "1.0.1")
    assert tombstone.table == {"sample_id": "poems", "group_id": "song_groups"}[kind]
    assert row["sample_id"] not in less.table("poems").column("sample_id").to_pylist()
    assert len(less.table("poem_letters")) == len(less.table("rights")) == 39
    assert verify(less.root, deep=True) == []
    left = prove_absence(full.root, [name], full.root)
    assert any("the words of" in finding.what for finding in left.findings), "the words are looked for"
    found = diff(full, less)
    assert (found.samples["taken_down"], required_bump(found)) == (1, "patch")
    freeze(work, tmp_path / "again", previous=less, version="1.0.2")
    plugins.activate(Plugins())
    assert open_release(tmp_path / "again").table("poems").equals(less.table("poems"))


def test_it_is_published_and_read_by_a_stranger(full: Release, tmp_path: Path) -> None:
    done = publish(
        full.root,
        str(tmp_path / "there"),
        verify=lambda root: list(map(str, verify(root))),
        permit=lambda root: rights.require_permitted(open_release(root)),
        records=tmp_path / "records",
    )
    assert done["status"] == "published"
    there = tmp_path / "there" / "poems" / "1.0.0"
    assert verify(there, deep=True) == []
    rows = pq.read_table(min(there.glob("data/samples/train-*")))
    assert {"poem", "year", "n_lines"} <= set(rows.column_names)
