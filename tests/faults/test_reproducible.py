"""The same input gives the same bytes, wherever and however it is built; what has not changed is not done again."""

import json
import os
import shutil
from pathlib import Path

import pytest

from musicdata.definitions import recipe
from tests.faults import harness
from tests.faults.trials import Reference
from tests.recipes import TO_WINDOWS, write_recipe
from tests.songs import rows, write_song, write_songs
from tests.trees import workspace_digests

N_SONGS = 90


def outputs(tree: dict[str, str]) -> dict[str, str]:
    """Leave out the recipe: it names the input folder."""
    return {name: digest for name, digest in tree.items() if name != "recipe.toml"}


def moved(reference: Reference, folder: Path) -> Path:
    """Copy the songs in the opposite order, with other times, so that nothing but names and bytes is the same."""
    folder.mkdir(parents=True)
    for number, path in enumerate(sorted(reference.source.iterdir(), reverse=True)):
        shutil.copyfile(path, folder / path.name)
        os.utime(folder / path.name, (4e9 + number, 4e9 + number))  # in the year 2096
    return folder


@pytest.mark.parametrize(
    ("workers", "env"),
    [
        pytest.param(
            *(1, {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "LC_ALL": "C", "LANG": "C"}),
            marks=pytest.mark.long,
        ),
        (2, {"TZ": "America/St_Johns", "PYTHONHASHSEED": "2", "LC_ALL": "POSIX", "PYTHONUTF8": "0"}),
    ],
)
def test_other_workers_zone_locale_hash_seed_folder_times_and_order(
    workers: int, env: dict[str, str], reference: Reference, tmp_path: Path
) -> None:
    moved(reference, tmp_path / "here" / "songs")
    hostile = "raise SystemExit('imported from the current folder')\n"
    for module in ("json", "pyarrow", "musicdata"):
        (tmp_path / "here" / f"{module}.py").write_text(hostile)
    command = harness.build_command("songs", "../work", "--workers", str(workers))
    done = harness.run(command, env, cwd=tmp_path / "here")
    assert done.returncode == 0, done.stderr
    assert outputs(harness.tree(tmp_path / "work")) == outputs(reference.tree)
    absolute = harness.build_command(reference.source, tmp_path / "work")
    assert harness.finish(absolute).count("up to date") == len(recipe.load("musictm").steps)
    assert harness.differences(tmp_path / "work", reference.tree) == []


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace of so many songs that reading them takes several shards."""
    folder = tmp_path_factory.mktemp("many")
    write_songs(folder / "songs", N_SONGS, n_notes=12)
    write_recipe(folder, *TO_WINDOWS, name="recipe", window="notes = 10")
    build(folder)
    return folder


@pytest.fixture
def copied(many: Path, tmp_path: Path) -> Path:
    return shutil.copytree(many, tmp_path / "many")


def build(folder: Path, work: str = "work") -> dict[str, tuple[int, int]]:
    """Build without renderers; return for each stage that ran how many items it had and how many were kept."""
    recipe = str(folder / "recipe.toml")
    done = harness.run(harness.build_command(folder / "songs", folder / work, "--json", "--change", recipe=recipe))
    assert done.returncode == 0, done.stderr
    stages = json.loads(done.stdout)["stages"]
    return {stage["stage"]: (stage["n_items"], stage["n_kept"]) for stage in stages if stage["built"]}


def splits(folder: Path) -> dict[str, str]:
    command = [*harness.COMMAND, "show", "samples", "--work", str(folder / "work"), "--jsonl", "--limit", "9999"]
    samples = [json.loads(line) for line in harness.run(command).stdout.splitlines()]
    return {sample["sample_id"]: sample["split"] for sample in samples}


def test_nothing_is_done_again(copied: Path) -> None:
    assert build(copied) == {}


def test_an_added_song_is_read_and_most_others_are_kept(copied: Path) -> None:
    before = splits(copied)
    write_song(copied / "songs" / "added.csv", 1000, n_notes=12)
    n_items, n_kept = build(copied)["ingest.songs"]
    assert n_items == N_SONGS + 1
    assert n_kept >= N_SONGS - 48  # a shard holds at most 48 files
    after = splits(copied)
    assert len(after) == len(before) + 1
    assert after.items() >= before.items()
    build(copied, "fresh")
    assert workspace_digests(copied / "work") == workspace_digests(copied / "fresh")


def test_one_other_byte_is_noticed_and_most_songs_are_kept(copied: Path) -> None:
    song = copied / "songs" / "song007.csv"
    times = song.stat()
    text = song.read_text()
    song.write_text(text.replace(",0.5,", ",0.6,", 1))
    os.utime(song, ns=(times.st_atime_ns, times.st_mtime_ns))  # bytes count, not times
    n_items, n_kept = build(copied)["ingest.songs"]
    assert n_items == N_SONGS
    assert N_SONGS - 48 <= n_kept < N_SONGS
    build(copied, "fresh")
    assert workspace_digests(copied / "work") == workspace_digests(copied / "fresh")
    song.write_text(text)
    build(copied)
    assert workspace_digests(copied / "work") != workspace_digests(copied / "fresh")


@pytest.mark.long
def test_a_removed_song_goes_and_the_others_stay(copied: Path) -> None:
    before = splits(copied)
    (copied / "songs" / "song003.csv").unlink()
    build(copied)
    after = splits(copied)
    assert len(after) == len(before) - 1
    assert before.items() >= after.items()


@pytest.mark.long
def test_near_duplicates_of_every_song_move_no_sample(copied: Path) -> None:
    before = splits(copied)
    for seed in range(N_SONGS):
        made = rows(seed, 12)
        lines = [f"{r['pitch'] + 3},{r['duration']},{r['rest']},{r['syllable']},{r['word']}" for r in made]  # type: ignore[operator]
        text = "\n".join(["pitch,duration,rest,syllable,word", *lines])
        (copied / "songs" / f"a_copy_{seed}.csv").write_text(text)  # before the originals in every order
    build(copied)
    after = splits(copied)
    assert len(after) == 2 * len(before)
    assert after.items() >= before.items()
