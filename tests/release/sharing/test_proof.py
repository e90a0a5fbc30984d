"""Views that somebody made say more, less or other than their release: every one is found, hashes and all right."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from musicdata.errors import InputError, IntegrityError
from musicdata.release.exports import EXPORT_RECORD, export, read_export_record
from musicdata.release.exports.check import check_exports
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import configs, layout
from musicdata.release.record.digests import TableDigests
from musicdata.release.record.files import file_facts, read_contracts
from musicdata.release.sharing.proof import require_view
from musicdata.release.sharing.redaction import render
from musicdata.release.verify.files import verify
from tests.release import made
from tests.release.rights_made import is_open, with_rights

VIEWS: tuple[layout.View, ...] = ("open", "features", "ids")
SAMPLES = "data/samples/train-00000-of-00001.parquet"
NOTES = "data/alignment/train-00000-of-00001.parquet"
BAGS = "data/bag_of_words/train-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A made-up release of free and of withheld songs; s000000 is free, s000002 is not."""
    tables = with_rights(12).tables
    few = {
        name: tables[name] for name in ("samples", "audio", "sheets", "alignment", "songs", "rights", "features_audio")
    }
    return made.made(few).write(tmp_path_factory.mktemp("rights") / "full")


@pytest.fixture(scope="module")
def views(full: Release, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every view of it; read them, never change them."""
    folder = tmp_path_factory.mktemp("views")
    for view in VIEWS:
        render(full.root, view, folder / view)
    return {view: folder / view for view in VIEWS}


def reseal(root: Path) -> None:
    """Make everything that a view says of its files, hashes and digests fit what is there, as a deceiver would."""
    made.resign(root)
    record = layout.read_record(root)
    described = read_contracts(root, record, verify=False)
    redacted: dict[str, dict[str, Any]] = {table: dict(columns) for table, columns in record.redacted.items()}
    added = dict(record.added)
    for config in configs.of_release(record, described):
        digests = TableDigests(config.contract.arrow_schema())
        for path in sorted((root / "data" / config.name).iterdir()):
            rows = pq.read_table(path, partitioning=None).select(configs.column_names(config.contract))
            digests.update(path.name.partition("-")[0], rows.cast(config.contract.arrow_schema()))
        for table, columns in config.tables.items():
            now = {name: digests.digests()[place] for name, place in columns.items()}
            if table in added:
                added[table] = added[table].model_copy(update={"digests": now, "rows": digests.rows})
                continue
            for name, of in now.items():
                if record.view == "open" and of != record.tables[table].digests[name]:  # else it is no record
                    redacted.setdefault(table, {})[name] = of
    made.resign(root, lambda known: known.model_copy(update={"redacted": redacted, "added": added}))


def change(path: str, column: str, values: Callable[[list[Any]], list[Any]]) -> Callable[[Path], None]:
    """Return what changes a column of a file."""

    def apply(root: Path) -> None:
        rows = pq.read_table(root / path, partitioning=None)
        made.rewrite(root / path, lambda _: made.set_values(rows, column, values(rows[column].to_pylist())))

    return apply


def first(value: object) -> Callable[[list[Any]], list[Any]]:
    return lambda values: [value, *values[1:]]


def show_what_is_withheld(root: Path) -> None:
    rows = pq.read_table(root / SAMPLES, partitioning=None)
    ids = rows["sample_id"].to_pylist()
    shown = ["in plain sight" if s == "s000002" else v for s, v in zip(ids, rows["lyrics"].to_pylist(), strict=True)]
    made.rewrite(root / SAMPLES, lambda _: made.set_values(rows, "lyrics", shown))


def call_it_content(root: Path) -> None:
    """Empty a column that shows no work, and let the view's contract say that it shows one."""
    contract = root / "manifests/alignment.toml"
    head, *columns = contract.read_text().split("[[column]]")
    columns = [c + 'content_of = "notes"\nnullable = true\n' if 'name = "onset_s"' in c else c for c in columns]
    contract.write_text("[[column]]".join([head, *columns]))
    for path in (root / "data/alignment").iterdir():
        rows = pq.read_table(path, partitioning=None)
        place = rows.column_names.index("onset_s")
        empty = rows.set_column(place, pa.field("onset_s", pa.float64()), pa.nulls(len(rows), pa.float64()))
        pq.write_table(empty, path, write_page_checksum=True)


def say_more(root: Path) -> None:
    """Put words into the bag that hardly anybody has."""
    change(BAGS, "word", lambda words: ["aaa", *words[1:]])(root)


def leave_out_a_table(root: Path) -> None:
    shutil.rmtree(root / "data/features_audio")
    (root / "manifests/features_audio.toml").unlink()


def other_facts(root: Path) -> None:
    record = layout.read_record(root)
    (root / layout.RECORD).write_bytes(record.model_copy(update={"rights": {"audio": {"cc": 12}}}).encode())


def other_recipe(root: Path) -> None:
    recipe = root / layout.RECIPE
    recipe.write_text(recipe.read_text() + "\n# free for all\n")


def empty_what_is_free(path: str, column: str) -> Callable[[Path], None]:
    return change(path, column, first(None))


FORGERIES: dict[str, tuple[layout.View, Callable[[Path], None], str]] = {
    "other words of a free song": (
        "open",
        change(SAMPLES, "lyrics", first("quite other")),
        "table samples (train): row sample_id s000000: lyrics is not the release's",
    ),
    "another syllable": (
        "open",
        change(NOTES, "syllable", first("x")),
        "table alignment (train): row sample_id s000000, note_index 0: syllable is not the release's",
    ),
    "another sound": (
        "open",
        change(SAMPLES, "audio", lambda values: [values[1], values[0], *values[2:]]),
        "row sample_id s000000: audio is not the release's",
    ),
    "words that are withheld": (
        "open",
        show_what_is_withheld,
        "row sample_id s000002: lyrics is shown, though nobody may hand on the lyrics",
    ),
    "an empty cell of a free song": (
        "open",
        empty_what_is_free(SAMPLES, "lyrics"),
        "row sample_id s000000: lyrics is empty, but not in the release",
    ),
    "an empty sound of a free song": (
        "open",
        empty_what_is_free(SAMPLES, "audio"),
        "row sample_id s000000: audio is empty, but not in the release",
    ),
    "another time": ("open", change(NOTES, "onset_s", first(0.5)), "note_index 0: onset_s is not the release's"),
    "a time with another sign of zero": (
        "open",
        change(NOTES, "onset_s", lambda values: [-value if value == 0 else value for value in values]),
        "onset_s is not the release's",
    ),
    "a column called content": ("open", call_it_content, "table alignment: its contract is not what the view open"),
    "other rights": (
        "open",
        change("data/rights/train-00000-of-00001.parquet", "licence", first("CC0")),
        "licence is not",
    ),
    "rarer words in the bag": ("features", say_more, "table bag_of_words: row"),
    "another count in the bag": ("ids", change(BAGS, "count", first(77)), "table bag_of_words: row"),
    "another vector": (
        "features",
        change("data/features_audio/train-00000-of-00001.parquet", "vector", first([0.5] * 128)),
        "vector is not the release's",
    ),
    "another hash": ("ids", change(SAMPLES, "audio_sha256", first("0" * 64)), "audio_sha256 is not the release's"),
    "a table less": ("features", leave_out_a_table, "table features_audio is not there"),
    "other facts": ("ids", other_facts, "RELEASE.json: its rights is not the release's"),
    "another recipe": ("open", other_recipe, "recipe.toml is not the release's"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_view_is_found_and_the_cell_named(
    forgery: str, full: Release, views: dict[str, Path], tmp_path: Path
) -> None:
    view, forge, named = FORGERIES[forgery]
    root = shutil.copytree(views[view], tmp_path / "view")
    if forgery.endswith("sign of zero"):
        full = with_a_zero(full, tmp_path / "full")
        shutil.rmtree(root)
        render(full.root, view, root)
    forge(root)
    reseal(root)
    with pytest.raises(IntegrityError) as told:
        require_view(full, Release(root, layout.read_record(root)))
    assert named in str(told.value)
    found = check_exports(full, [root])
    assert any(named in problem for problem in found)
    assert not any("quite other" in problem or "plain sight" in problem for problem in found)
    with pytest.raises((InputError, IntegrityError)):
        render(full.root, view, root)  # which would find it there already


def with_a_zero(full: Release, root: Path) -> Release:
    """Return the same release with a time that is zero."""
    rows = full.table("alignment")
    zero = made.set_values(rows, "onset_s", [0.0, *rows["onset_s"].to_pylist()[1:]])
    tables = {name: full.table(name, [c.name for c in full.contract(name).columns]) for name in full.tables}
    return made.made({**tables, "alignment": zero.select(tables["alignment"].column_names)}).write(root)


@pytest.mark.parametrize("view", VIEWS)
def test_what_was_rendered_is_proved(view: str, full: Release, views: dict[str, Path]) -> None:
    require_view(full, open_release(views[view]))
    assert check_exports(full, [views[view]]) == []
    assert verify(views[view]) == []


def test_a_view_is_not_proved_by_another_release(full: Release, views: dict[str, Path], tmp_path: Path) -> None:
    other = made.small().write(tmp_path / "other")
    with pytest.raises(IntegrityError, match="its content_root is not the release's"):
        require_view(other, open_release(views["ids"]))


def blank(folder: Path, name: str, old: str, new: str) -> None:
    """Change a text in a file of an export, and let its record say that this is right."""
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))
    record = read_export_record(folder)
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != EXPORT_RECORD)
    files = [file_facts(folder, path) for path in paths]
    (folder / EXPORT_RECORD).write_bytes(record.model_copy(update={"files": files}).encode())


def test_an_export_of_a_view_lacks_just_what_the_view_lacks(
    full: Release, views: dict[str, Path], tmp_path: Path
) -> None:
    words = next(row["lyrics"] for row in full.samples(["sample_id", "lyrics"]) if is_open(row["sample_id"]))
    export(open_release(views["open"]), "csv", tmp_path / "csv")
    assert check_exports(full, [tmp_path / "csv"]) == []
    blank(tmp_path / "csv", "samples/train.csv", words, "")
    assert check_exports(full, [tmp_path / "csv"]) != []
    with pytest.raises(InputError, match="is damaged: "):
        export(open_release(views["open"]), "csv", tmp_path / "csv")


def test_an_export_of_a_view_cannot_leave_out_the_rights(full: Release, views: dict[str, Path], tmp_path: Path) -> None:
    export(open_release(views["ids"]), "files", tmp_path / "files")
    assert check_exports(full, [tmp_path / "files"]) == []
    text = (tmp_path / "files" / "rights.csv").read_text()
    blank(tmp_path / "files", "rights.csv", text, text.splitlines(keepends=True)[0])
    assert any("rights" in problem for problem in check_exports(full, [tmp_path / "files"]))
