"""Verification: whatever is done to a release is found, and the right file is named."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.errors import InputError, UsageError
from musicdata.release.record import layout
from musicdata.release.record.layout import Record
from musicdata.release.verify.files import Problem, verify
from musicdata.system.digests import sha256_of_file
from tests.examples import examples
from tests.release import made
from tests.release.made import Made, set_values

FLIPS = 500
TRUNCATIONS = 200
SAMPLES = "data/samples/train-00000-of-00001.parquet"
NOTES = "data/alignment/train-00000-of-00001.parquet"


def tiny() -> Made:
    whole = made.small()
    return made.made({name: whole.tables[name] for name in ("samples", "audio", "sheets", "songs")})


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small release, about 80 kB; read it, never change it."""
    return tiny().write(tmp_path_factory.mktemp("intact") / "release").root


@pytest.fixture
def root(intact: Path, tmp_path: Path) -> Path:
    """A copy of it, to spoil."""
    return shutil.copytree(intact, tmp_path / "release")


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A release with notes, to spoil."""
    return made.small().write(tmp_path / "whole").root


def paths_of(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def named(root: Path) -> set[str]:
    return {problem.file for problem in verify(root)}


def test_an_intact_release_has_no_problem(intact: Path, whole: Path, released: Path) -> None:
    empty_splits = made.data_set(n_samples=2).write(whole.parent / "empty").root
    for root in (intact, whole, released, empty_splits):
        assert verify(root) == verify(root, deep=False) == []


def flipped(data: bytes, at: int, bit: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def spoil(root: Path, path: str, bad: bytes) -> set[str]:
    """Change one file, return the files that are named, and put it back."""
    good = (root / path).read_bytes()
    (root / path).write_bytes(bad)
    found = named(root)
    (root / path).write_bytes(good)
    return found


def test_every_flipped_bit_is_found_and_its_file_named(root: Path) -> None:
    rng = random.Random(1)
    paths = paths_of(root)
    for number in range(FLIPS):
        path = paths[number % len(paths)]
        good = (root / path).read_bytes()
        at, bit = rng.randrange(len(good)), rng.randrange(8)
        assert spoil(root, path, flipped(good, at, bit)) == {path}, f"bit {bit} of byte {at} of {path}"
    assert verify(root) == []


def test_every_truncation_is_found_and_its_file_named(root: Path) -> None:
    rng = random.Random(2)
    paths = paths_of(root)
    for number in range(TRUNCATIONS):
        path = paths[number % len(paths)]
        good = (root / path).read_bytes()
        size = rng.randrange(len(good))
        assert spoil(root, path, good[:size]) == {path}, f"{path} cut to {size} bytes"
    assert verify(root) == []


@pytest.mark.parametrize("name", [layout.RECORD, layout.SUMS])
def test_a_document_and_a_file_damaged_together_are_both_named(root: Path, name: str) -> None:
    rng = random.Random(3)
    (root / SAMPLES).write_bytes((root / SAMPLES).read_bytes()[::-1])
    for _ in range(60):
        good = (root / name).read_bytes()
        at = rng.randrange(len(good))
        assert spoil(root, name, flipped(good, at, 0)) == {name, SAMPLES}, f"byte {at} of {name}"


def test_both_documents_damaged_are_both_named(root: Path) -> None:
    for name, at in ((layout.RECORD, 1), (layout.SUMS, 64)):
        good = (root / name).read_bytes()
        assert good[at : at + 1].isspace()
        (root / name).write_bytes(good[:at] + b"\t" + good[at + 1 :])
    assert named(root) == {layout.RECORD, layout.SUMS}


def test_swapped_files_of_equal_size_are_both_named(root: Path) -> None:
    paths = [f"manifests/{name}.toml" for name in ("audio", "songs")]
    size = max((root / path).stat().st_size for path in paths)
    for path in paths:
        (root / path).write_bytes((root / path).read_bytes().ljust(size, b"\n"))
    made.resign(root)
    assert verify(root) == []
    first, second = ((root / path).read_bytes() for path in paths)
    (root / paths[0]).write_bytes(second)
    (root / paths[1]).write_bytes(first)
    assert [str(problem) for problem in verify(root)] == [
        f"{paths[0]}: holds the bytes of {paths[1]}",
        f"{paths[1]}: holds the bytes of {paths[0]}",
    ]


def test_swapped_data_files_are_both_named(root: Path) -> None:
    other = SAMPLES.replace("train", "test")
    (root / SAMPLES).rename(root / "x")
    (root / other).rename(root / SAMPLES)
    (root / "x").rename(root / other)
    assert named(root) == {SAMPLES, other}


@pytest.mark.parametrize("path", [SAMPLES, layout.CARD, layout.RECORD, layout.SUMS, "manifests/audio.toml"])
def test_a_missing_file_is_named(root: Path, path: str) -> None:
    (root / path).unlink()
    found = verify(root)
    assert [problem.file for problem in found] == [path]
    assert "missing" in found[0].message


def test_an_extra_file_is_named(root: Path) -> None:
    (root / "data" / "samples" / ".hidden").write_bytes(b"")
    (root / "NOTES").write_text("x")
    assert named(root) == {"data/samples/.hidden", "NOTES"}


def test_the_record_of_the_publication_is_no_file_too_many_if_it_is_of_this_release(root: Path) -> None:
    digest = sha256_of_file(root / layout.RECORD)
    path = root / layout.PUBLICATION
    path.write_text(json.dumps({"release_json_sha256": digest}), "utf-8")
    assert verify(root) == []
    path.write_text(json.dumps({"release_json_sha256": "0" * 64}), "utf-8")
    assert [str(one) for one in verify(root)] == [
        f"{layout.PUBLICATION}: is of another release: it names {layout.RECORD} with the sha256 {'0' * 64}, this one has {digest}"
    ]
    for data in (b"", b"[]", b"{}", b"\xff", b"[" * 100_000):
        path.write_bytes(data)
        assert [one.file for one in verify(root)] == [layout.PUBLICATION]
    os.truncate(path, layout.MAX_PUBLICATION_BYTES + 1)
    assert [one.file for one in verify(root)] == [layout.PUBLICATION]


def test_a_file_under_a_new_name_is_named_with_where_it_stands(root: Path) -> None:
    (root / SAMPLES).rename(root / "data" / "samples" / "train.parquet")
    assert {problem.file: problem.message for problem in verify(root)} == {
        SAMPLES: "is missing; its bytes stand in data/samples/train.parquet",
        "data/samples/train.parquet": "is no file of the release: RELEASE.json does not list it",
    }


def test_an_old_file_under_a_new_name_is_named(root: Path, tmp_path: Path) -> None:
    old = tiny().with_table("samples", lambda rows: set_values(rows, "n_notes", [1] * 12)).write(tmp_path / "old")
    shutil.copyfile(old.root / SAMPLES, root / SAMPLES)
    assert named(root) == {SAMPLES}
    shutil.copyfile(old.root / SAMPLES, root / "data" / "samples" / "train-00001-of-00002.parquet")
    assert named(root) == {SAMPLES, "data/samples/train-00001-of-00002.parquet"}


@pytest.mark.parametrize("name", [layout.RECORD, layout.SUMS])
def test_a_document_of_another_version_is_named(root: Path, tmp_path: Path, name: str) -> None:
    old = tiny().with_table("samples", lambda rows: set_values(rows, "n_notes", [1] * 12)).write(tmp_path / "old")
    shutil.copyfile(old.root / name, root / name)
    assert named(root) == {name}


def test_the_damaged_column_of_a_file_is_named(whole: Path) -> None:
    path = whole / SAMPLES
    good = path.read_bytes()
    media: list[Any] = pq.read_table(path, partitioning=None)["audio"].to_pylist()
    sounds = [row["bytes"] for row in media]
    at = next(good.index(sound) + len(sound) // 2 for sound in sounds if good.count(sound) == 1)  # not in statistics
    path.write_bytes(flipped(good, at, 0))
    found = verify(whole)
    assert [(problem.file, problem.column) for problem in found] == [(SAMPLES, "audio")]
    assert "is damaged: its sha256 is " in found[0].message
    assert str(found[0]).startswith(f"{SAMPLES}, column audio: ")


def test_links_and_pipes_are_named_and_not_opened(root: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    (root / SAMPLES).rename(target)
    (root / SAMPLES).symlink_to(target)
    os.mkfifo(root / "pipe")
    (root / "folder").symlink_to(tmp_path)
    assert {problem.file: problem.message for problem in verify(root)} == {
        SAMPLES: "is a link; only regular files belong here",
        "folder": "is a link; only regular files belong here",
        "pipe": "is a pipe; only regular files belong here",
    }


def test_a_linked_folder_is_not_followed(root: Path, tmp_path: Path) -> None:
    (root / "data").rename(tmp_path / "data")
    (root / "data").symlink_to(tmp_path / "data")
    found = {problem.file: problem.message for problem in verify(root)}
    assert found.pop("data") == "is a link; only regular files belong here"
    assert found.keys() == {path for path in paths_of(tmp_path) if path.startswith("data/")}
    assert set(found.values()) == {"is missing"}


def test_folders_within_folders_and_names_of_any_bytes_are_no_trouble(root: Path) -> None:
    folder = root.joinpath(*["deep"] * 400)
    folder.mkdir(parents=True)
    for name in (b"\xff\xfe", b"\x1b[31mred\n"):
        (folder / os.fsdecode(name)).touch()
    found = verify(root)
    assert [problem.file.removeprefix("deep/" * 400) for problem in found] == ["\x1b[31mred\n", "\\xff\\xfe"]
    assert "\\x1b[31mred\\n: is no file of the release" in str(found[0])


@pytest.mark.parametrize("name", [layout.RECORD, layout.SUMS])
def test_a_linked_document_is_not_read(root: Path, tmp_path: Path, name: str) -> None:
    (root / name).rename(tmp_path / "document")
    (root / name).symlink_to(tmp_path / "document")
    assert [str(problem) for problem in verify(root)] == [f"{name}: is a link; only regular files belong here"]


def test_what_is_no_release_is_an_input_error(tmp_path: Path) -> None:
    for root in (tmp_path, tmp_path / "none", Path(__file__)):
        with pytest.raises(InputError, match="is no release"):
            verify(root)


def publication(root: Path) -> dict[str, str]:
    record = layout.read_record(root)
    return {"release_json_sha256": sha256_of_file(root / layout.RECORD), "content_root": record.content_root}


def test_a_release_rewritten_as_a_whole_is_found_by_its_publication(root: Path) -> None:
    published = publication(root)
    assert verify(root, record=published) == []
    (root / layout.CARD).write_text("# Something else\n")
    made.resign(root)
    assert verify(root) == []
    assert [problem.file for problem in verify(root, record=published)] == [layout.RECORD]


def test_another_release_is_found_by_the_content_root(root: Path, tmp_path: Path) -> None:
    old = tiny().with_table("samples", lambda rows: set_values(rows, "n_notes", [1] * 12)).write(tmp_path / "old").root
    found = verify(root, record=publication(old))
    assert [problem.file for problem in found] == [layout.RECORD]
    assert "published" in found[0].message
    with pytest.raises(UsageError, match="neither release_json_sha256 nor content_root"):
        verify(root, record={"name": "made"})
    only_root = {"content_root": publication(old)["content_root"]}
    assert "content_root" in verify(root, record=only_root)[0].message


def test_the_publication_decides_which_document_is_damaged(root: Path) -> None:
    published = publication(root)
    lines = (root / layout.SUMS).read_text().replace(published["release_json_sha256"], "0" * 64)
    (root / layout.SUMS).write_text(lines)
    assert named(root) == {layout.RECORD}, "nobody can know"
    assert [problem.file for problem in verify(root, record=published)] == [layout.SUMS]


def replaced(record: Record, table: str, **facts: object) -> Record:
    changed = record.tables[table].model_copy(update=facts)
    return record.model_copy(update={"tables": {**record.tables, table: changed}})


def lie(root: Path, path: str, change: Callable[[pa.Table], pa.Table]) -> list[tuple[str, str]]:
    """Change the rows of a file, hashes and all; return what is named."""
    made.rewrite(root / path, change)
    made.resign(root)
    return [(problem.file, problem.column) for problem in verify(root)]


def test_other_values_are_found_by_their_digest(whole: Path) -> None:
    def change(rows: pa.Table) -> pa.Table:
        return set_values(rows, "pitch", [61, *rows["pitch"].to_pylist()[1:]])

    rows = pq.read_table(whole / NOTES, partitioning=None)
    assert rows["pitch"][0].as_py() != 61
    assert lie(whole, NOTES, change) == [(NOTES, "pitch")]
    assert verify(whole, deep=False) == []


def test_rows_that_are_not_in_order_are_found(whole: Path) -> None:
    found = lie(whole, NOTES, lambda rows: rows.take([1, 0, *range(2, len(rows))]))
    assert (NOTES, "sample_id") in found
    assert (NOTES, "sample_id") in [(problem.file, problem.column) for problem in verify(whole, deep=False)]


def test_a_row_twice_is_found(whole: Path) -> None:
    lie(whole, NOTES, lambda rows: pa.concat_tables([rows.slice(0, 1), rows.slice(0, len(rows) - 1)]))
    assert any("row s000000 0 comes after s000000 0" in problem.message for problem in verify(whole, deep=False))


def test_another_number_of_rows_is_found(whole: Path) -> None:
    assert lie(whole, NOTES, lambda rows: rows.slice(1))
    messages = [problem.message for problem in verify(whole, deep=False)]
    assert messages == ["split train of alignment has 31 rows, RELEASE.json says 32"]


def test_rows_of_another_split_are_found(whole: Path) -> None:
    found = lie(whole, NOTES, lambda rows: set_values(rows, "split", ["test"] * len(rows)))
    assert found == [(NOTES, "split"), (NOTES, "split")]


def test_a_sample_in_two_splits_is_found(tmp_path: Path) -> None:
    rows = tiny().tables["songs"]
    both = made.data_set(n_samples=6).tables["samples"]  # four of train, two of valid
    both = set_values(both, "sample_id", ["a", "b", "c", "d", "a", "e"])
    twins = Made({"samples": both, "songs": rows}, {}, {}, {}, group_rows=9).write(tmp_path / "twins").root
    assert [problem.message for problem in verify(twins)] == ["samples: row a is in two splits"]


def test_columns_that_no_contract_knows_or_of_another_type_are_found(whole: Path) -> None:
    def change(rows: pa.Table) -> pa.Table:
        place = rows.column_names.index("pitch")
        rows = rows.set_column(place, "pitch", rows["pitch"].cast(pa.int64()))
        return rows.drop_columns(["word"]).append_column("secret", pa.array(["x"] * len(rows)))

    assert sorted(lie(whole, NOTES, change)) == [(NOTES, "pitch"), (NOTES, "secret"), (NOTES, "word")]


def test_a_file_that_is_no_parquet_is_found(whole: Path) -> None:
    (whole / NOTES).write_bytes(b"PAR1 and nothing else PAR1")
    made.resign(whole)
    assert [problem.file for problem in verify(whole)] == [NOTES]


AROUND = {
    "recipe of another data set": (layout.RECIPE, '[dataset]\nname = "other"\ntitle = "x"\nmodalities = []\n'),
    "recipe that is no TOML": (layout.RECIPE, "[["),
    "contract that is none": ("manifests/songs.toml", "x = 1\n"),
    "contract of no table": (
        "manifests/others.toml",
        '[table]\nname = "x"\ndescription = ""\nkey = []\n[[column]]\nname = "a"\ntype = "bool"\ndescription = ""\n',
    ),
    "data of no table": ("data/others/whole-00000-of-00001.parquet", ""),
    "data without a number": ("data/songs/whole.parquet", ""),
    "data beyond the last": ("data/songs/whole-00001-of-00001.parquet", ""),
}


@pytest.mark.parametrize(("path", "text"), AROUND.values(), ids=AROUND)
def test_what_stands_around_the_rows_is_looked_at(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text(text)
    made.resign(root)
    assert named(root) == {path}


@pytest.mark.parametrize(
    "name", [layout.CARD, layout.CITATION, layout.CROISSANT, layout.RECIPE, "manifests/songs.toml"]
)
def test_what_a_release_must_have_is_missed(root: Path, name: str) -> None:
    (root / name).unlink()
    made.resign(root)
    assert name in named(root)


LIES: dict[str, Callable[[Record], Record]] = {
    "other splits": lambda record: replaced(record, "songs", rows={"train": 6}),
    "nothing of a column": lambda record: replaced(record, "songs", columns={}),
    "another config": lambda record: replaced(record, "songs", config="../../etc"),
    "a table more": lambda record: record.model_copy(update={"tables": {**record.tables, "x": record.tables["songs"]}}),
    "a table less": lambda record: record.model_copy(update={"tables": {"samples": record.tables["samples"]}}),
    "a file twice": lambda record: record.model_copy(update={"files": [*record.files, record.files[0]]}),
    "a file larger": lambda record: record.model_copy(
        update={"files": [record.files[0].model_copy(update={"bytes": 1}), *record.files[1:]]}
    ),
}


@pytest.mark.parametrize("change", LIES.values(), ids=LIES)
def test_a_record_that_lies_is_found(root: Path, change: Callable[[Record], Record]) -> None:
    made.resign(root, change)
    assert verify(root)


HOSTILE = (
    b"",
    b"{}",
    b"null",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"\xff\xfe",
    b'{"format": 1e999}',
    b'{"title": "\\ud800"}',
    b"1" * 100_000,
)


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_record_is_a_problem_and_nothing_more(root: Path, data: bytes) -> None:
    (root / layout.RECORD).write_bytes(data)
    assert named(root) == {layout.RECORD}


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "data/../../outside", "a\\b", "", "./x", "data//x"])
def test_a_path_that_leaves_the_release_is_refused(root: Path, tmp_path: Path, path: str) -> None:
    (tmp_path / "outside").write_text("secret")
    document = json.loads((root / layout.RECORD).read_bytes())
    document["files"][0]["path"] = path
    (root / layout.RECORD).write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")
    assert [problem.file for problem in verify(root)] == [layout.RECORD]
    lines = (root / layout.SUMS).read_text().splitlines(keepends=True)
    (root / layout.SUMS).write_text("".join(sorted([*lines, f"{'0' * 64}  {path}\n"], key=lambda line: line[66:])))
    assert named(root) <= {layout.RECORD, layout.SUMS}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("path", ["manifests/audio.toml", "manifests/songs.toml", layout.RECIPE, SAMPLES])
def test_damage_that_its_hashes_fit_raises_nothing(root: Path, path: str) -> None:
    rng = random.Random(4)
    good = (root / path).read_bytes()
    n_found = 0
    for _ in range(60):
        at, n = rng.randrange(len(good)), rng.choice([1, 1, 8])
        token = rng.choice([rng.randbytes(n), b"9" * 30, b"[" * 3000, b'"', b"vector", b"\n[table]\n"])
        (root / path).write_bytes(good[:at] + token + good[at + (0 if rng.random() < 0.5 else len(token)) :])
        made.resign(root)
        n_found += bool(verify(root))
    assert n_found


@pytest.fixture(scope="module")
def host(intact: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the release, whose record is replaced again and again."""
    return shutil.copytree(intact, tmp_path_factory.mktemp("host") / "release")


@examples(200)
@given(st.data())
def test_a_record_of_any_content_whose_hashes_fit_raises_nothing(intact: Path, host: Path, data: st.DataObject) -> None:
    document = json.loads((intact / layout.RECORD).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        place: Any = document
        while True:
            key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[key], (dict, list)) or not place[key] or data.draw(st.integers(0, 3)) == 0:
                place[key] = data.draw(values)
                break
            place = place[key]
    with contextlib.suppress(ValueError, TypeError, AttributeError):
        tables = {name: layout.Table(**facts) for name, facts in document["tables"].items()}
        document["content_root"] = layout.content_root(tables)
    text = (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8", "replace")
    (host / layout.RECORD).write_bytes(text)
    sums = (intact / layout.SUMS).read_text()
    said = sha256_of_file(intact / layout.RECORD)
    (host / layout.SUMS).write_text(sums.replace(said, hashlib.sha256(text).hexdigest()))
    assert all(isinstance(problem, Problem) for problem in verify(host))
