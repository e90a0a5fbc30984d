"""A release of a crawled data set: what it holds, what of it may be published, what a card says of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from musicdata.errors import RefusedError
from musicdata.release.exports import export
from musicdata.release.exports.check import check_exports
from musicdata.release.making.freeze import freeze
from musicdata.release.reading import shape
from musicdata.release.reading.release import Release, open_release
from musicdata.release.removal.takedown import takedown
from musicdata.release.sharing import rights
from musicdata.release.sharing.redaction import render
from musicdata.release.verify import check
from musicdata.release.verify.files import verify
from tests.cli.test_cli import run


@pytest.fixture(scope="module")
def full(crawled: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of the crawled workspace; read it, never change it."""
    out = tmp_path_factory.mktemp("moods") / "full"
    freeze(crawled, out, version="1.0.0")
    return open_release(out)


@pytest.fixture(scope="module")
def ids(full: Release) -> Release:
    """Its view `ids`."""
    out = full.root.with_name("ids")
    render(full.root, "ids", out)
    return open_release(out)


def test_a_release_has_the_pairs_and_all_that_tells_of_them(full: Release) -> None:
    pairs = full.table("pairs", ["sample_id"]).column(0).to_pylist()
    assert {"missing", "playlists", "listings"} & set(full.tables) == set()
    for table in full.tables:
        assert set(full.table(table, ["sample_id"]).column(0).to_pylist()) == set(pairs), table
    assert full.n_samples == {"train": 20, "valid": 4, "test": 2}
    sample = next(full.samples())
    assert sample["lyrics"] == next(full.rows("lyrics", sample["sample_id"]))["text"]
    assert verify(full.root) == []
    assert check.check(full).findings == []


@pytest.mark.parametrize("claim", ["", "we hold all rights, since 1999"])
def test_sound_and_words_are_never_published_whoever_claims_to_hold_the_rights(
    claim: str, full: Release, ids: Release
) -> None:
    assert rights.permitted_views(full) == ("ids", "features")
    openly = full.root.with_name("open")
    if not openly.exists():
        render(full.root, "open", openly)
    for release in (full, open_release(openly)):
        with pytest.raises(RefusedError, match="its recipe permits ids, features, whoever holds the rights"):
            rights.require_permitted(release, claim=claim)
    rights.require_permitted(ids, claim=claim)


def test_the_view_ids_tells_ids_times_hashes_counts_and_runs_and_nothing_of_the_works(
    full: Release, ids: Release
) -> None:
    columns = set(shape.columns_of(ids, "samples"))
    assert {"isrc", "video_id", "start_s", "pcm_sha256", "text_sha256", "truncated", "n_tokens", "mood"} <= columns
    assert not {"audio", "lyrics", "text", "synced", "clip_words", "tokens", "fingerprint"} & columns
    assert not [table for table in ids.tables if table.startswith("features_")]
    assert ids.table("splits").equals(full.table("splits"))
    lines = [line for row in full.samples(["lyrics"]) for line in row["lyrics"].splitlines()]
    held = b"".join(path.read_bytes() for path in sorted(ids.root.rglob("*")) if path.is_file())
    assert lines
    assert not [line for line in lines if line.encode() in held]
    assert verify(ids.root) == []


def test_bags_count_the_words_and_those_of_a_part_are_marked(full: Release, ids: Release) -> None:
    truncated = {row["sample_id"]: row["truncated"] for row in ids.rows("lyrics")}
    assert set(truncated.values()) == {True, False}
    lyrics = {row["sample_id"]: row["lyrics"] for row in full.samples(["sample_id", "lyrics"])}
    bags = list(ids.rows("bag_of_words"))
    assert {row["sample_id"] for row in bags} == set(lyrics) == set(truncated)
    for row in bags:
        assert (
            lyrics[row["sample_id"]].split().count(row["word"])
            + lyrics[row["sample_id"]].split().count("I") * (row["word"] == "i")
            == row["count"]
        )
    assert "truncated" in ids.contract("bag_of_words").description


def test_card_and_croissant_say_from_whom_it_was_fetched(ids: Release) -> None:
    card = (ids.root / "README.md").read_text("utf-8")
    assert "Fetched from lrclib, musixmatch, spotify, youtube" in card
    assert "| lyrics | for research only |" in card
    assert '- "en"' in card
    croissant = json.loads((ids.root / "croissant.json").read_text("utf-8"))
    assert "youtube" in croissant["rai:dataCollection"]
    assert croissant["recordSet"][-1]["name"] in {"videos", "splits", "rights", "bag_of_words", "samples"}
    relations = next(one for one in croissant["recordSet"] if one["name"] == "relations")["data"]
    assert {"relations/field": "splits/sample_id", "relations/refers_to": "samples/sample_id"} in relations


def test_the_command_counts_the_pairs_and_names_the_views_that_may_be_published(crawled: Path, tmp_path: Path) -> None:
    done = run("release", "build", crawled, "--version", "1.0.0", "--out", tmp_path / "r")
    assert done.returncode == 0, done.stderr
    assert "train 20, valid 4, test 2 samples" in done.stdout
    assert f"musicdata release publish {tmp_path / 'r'} --to URL --view ids|features" in done.stdout


def test_an_artist_can_be_taken_down(full: Release, tmp_path: Path) -> None:
    group = next(row["group_id"] for row in full.rows("tracks") if row["split"] == "train")
    gone = [row["sample_id"] for row in full.rows("tracks") if row["group_id"] == group]
    record = takedown(full.root, [f"group:{group}"], reason="asked for", out=tmp_path / "after")
    after = open_release(tmp_path / "after")
    assert record.version == "1.0.1"
    assert sum(after.n_samples.values()) == 26 - len(gone)
    assert verify(after.root) == []
    assert check.check(after).findings == []
    assert not set(gone) & set(after.table("splits", ["sample_id"]).column(0).to_pylist())


@pytest.mark.parametrize("view", ["webdataset", "lhotse", "csv"])
def test_exports_hold_what_the_release_holds(view: str, full: Release, tmp_path: Path) -> None:
    export(full, view, tmp_path / view)
    assert check_exports(full, [tmp_path / view]) == []
