from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from musicdata.errors import ContractError, RefusedError, UsageError
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import layout
from musicdata.release.record.rights import COUNTED, RIGHTS, counted
from musicdata.release.sharing import rights
from musicdata.release.sharing.redaction import render
from tests.release import made
from tests.release.rights_made import MODALITIES, is_open, with_rights

VIEWS: tuple[layout.View, ...] = ("open", "features", "ids")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A made-up release of free and of withheld songs."""
    return with_rights().write(tmp_path_factory.mktemp("rights") / "full")


@pytest.fixture(scope="module")
def views(full: Release, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Release]:
    """Every view of it."""
    folder = tmp_path_factory.mktemp("views")
    for view in VIEWS:
        render(full.root, view, folder / view)
    return {view: open_release(folder / view) for view in VIEWS}


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release that may be handed on as it is."""

    def freed(rows: pa.Table) -> pa.Table:
        return made.set_values(rows, "may_redistribute", [True] * len(rows))

    return with_rights().with_table("rights", freed).write(tmp_path_factory.mktemp("free") / "full")


def test_what_offends_is_listed_with_its_evidence(full: Release) -> None:
    found = rights.offending(full)
    withheld = [row["sample_id"] for row in full.samples(["sample_id"]) if not is_open(row["sample_id"])]
    assert found.counts == dict.fromkeys(sorted(MODALITIES), len(withheld))
    assert found.n_items == 4 * len(withheld)
    expected = [(sample_id, modality) for sample_id in sorted(withheld) for modality in sorted(MODALITIES)]
    assert [(one.sample_id, one.modality) for one in found.first] == expected[: rights.SHOWN_ITEMS]
    assert found.first[0].columns == ("audio.audio",)
    assert found.first[1].columns == (
        "alignment.syllable", "alignment.word", "features_lyrics.syllable_vector", "features_lyrics.word_vector",
        "notes.syllable", "notes.word", "samples.lyrics",
    )  # fmt: skip
    assert str(found.first[1]) == (
        "s000002 lyrics: unknown (no statement), shown in alignment.syllable, alignment.word, "
        "features_lyrics.syllable_vector and 4 more"
    )
    no_derivatives = next(one for one in found.first if one.licence)
    assert str(no_derivatives).startswith("s000004 audio: cc, CC-BY-ND-4.0 (CC BY-ND 4.0), shown in audio.audio")


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_offends_in_a_view(view: str, views: dict[str, Release]) -> None:
    assert rights.offending(views[view]) == rights.Offences({}, ())
    rights.require_permitted(views[view])
    assert rights.permitted_views(views[view]) == (view,)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("samples", "lyrics"),
        ("notes", "pitch"),
        ("sheets", "image"),
        ("features_sheet", "vector"),
        ("note_sheets", "image"),
    ],
)
def test_one_cell_too_many_is_found(
    table: str, column: str, full: Release, views: dict[str, Release], tmp_path: Path
) -> None:
    root = shutil.copytree(views["open"].root, tmp_path / "open")
    place = full.record.tables[table]
    path = next(root.glob(f"data/{place.config}/train-*"))
    rows, whole = pq.read_table(path), pq.read_table(full.root / path.relative_to(root))
    name = place.columns[column]
    values = rows[name].to_pylist()
    number = next(number for number, value in enumerate(values) if value is None)
    values[number] = whole[name][number].as_py()
    pq.write_table(made.set_values(rows, name, values), path)
    made.resign(root)
    found = rights.offending(open_release(root))
    assert found.n_items == 1
    assert found.first[0].sample_id == rows["sample_id"][number].as_py()
    assert found.first[0].columns == (f"{table}.{column}",)
    with pytest.raises(RefusedError, match=f"shown in {table}.{column}"):
        rights.require_permitted(open_release(root))
    assert rights.permitted_views(open_release(root)) == ()


def test_a_full_release_is_refused_with_the_way_out(full: Release) -> None:
    with pytest.raises(RefusedError) as refused:
        rights.require_permitted(full)
    lines = str(refused.value).splitlines()
    assert lines[0] == (
        "made@1.0.0 (full) may not be published: it shows 64 items whose rights forbid it "
        "(audio of 16 samples, lyrics of 16 samples, notes of 16 samples, sheet of 16 samples)"
    )
    assert len(lines) == 1 + rights.SHOWN_ITEMS + 1 + 1
    assert lines[-2] == "  … and 44 more"
    assert "--view open or --view features or --view ids" in lines[-1]
    assert "--i-hold-the-rights" in lines[-1]
    assert refused.value.exit_code == 4
    assert rights.permitted_views(full) == VIEWS


def test_a_claim_lets_it_pass_and_a_blank_one_does_not(full: Release) -> None:
    rights.require_permitted(full, claim="We wrote all of these songs ourselves.")
    with pytest.raises(UsageError, match="is blank"):
        rights.require_permitted(full, claim="  ")


def test_the_recipe_limits_the_views_whoever_claims_what(full: Release, tmp_path: Path) -> None:
    root = shutil.copytree(full.root, tmp_path / "limited")
    text = (root / layout.RECIPE).read_text("utf-8")
    limited = text.replace("[release]\n", '[release]\nviews = ["features", "ids"]\n') if "views" not in text else None
    if limited is None:
        head, _, tail = text.partition("views = [")
        limited = head + 'views = ["features", "ids"]' + tail.partition("]")[2]
    (root / layout.RECIPE).write_text(limited, "utf-8")
    made.resign(root)
    with pytest.raises(RefusedError, match="its recipe permits features, ids, whoever holds"):
        rights.require_permitted(open_release(root), claim="We hold all rights.")
    assert rights.permitted_views(open_release(root)) == ("features", "ids")


def test_what_is_free_may_be_published_whole(free: Release) -> None:
    rights.require_permitted(free)
    assert rights.permitted_views(free) == ("full", *VIEWS)


def test_without_a_word_on_rights_everything_offends(tmp_path: Path) -> None:
    release = made.small().write(tmp_path / "full")
    found = rights.offending(release)
    assert found.counts["audio"] == 12
    assert found.first[0].evidence == "the release has no rights of it"


def test_rights_are_counted(full: Release) -> None:
    rows = full.reader.read(RIGHTS, COUNTED)
    assert counted(rows) == {modality: {"cc": 16, "unknown": 8} for modality in sorted(MODALITIES)}


def test_a_table_of_works_without_a_sample_is_refused(tmp_path: Path) -> None:
    songs = made.small().contract("songs")
    telling = songs.model_copy(
        update={
            "columns": tuple(
                column.model_copy(update={"content_of": "lyrics"}) if column.name == "title" else column
                for column in songs.columns
            )
        }
    )
    release = made.made(made.small().tables, {"songs": telling}).write(tmp_path / "full")
    with pytest.raises(ContractError, match=r"table songs shows works \(title\) without a sample_id"):
        rights.offending(release)
    with pytest.raises(ContractError, match="table songs"):
        render(release.root, "open", tmp_path / "open")
