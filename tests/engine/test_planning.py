"""Plans: what is expected of every recipe, and what nobody can tell."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

import musicdata
from musicdata.cli.planning import lines
from musicdata.definitions import contract as contracts
from musicdata.definitions import recipe
from musicdata.definitions import stage as stages
from musicdata.definitions.cost import Expected
from musicdata.engine import planning
from musicdata.engine.planning import Plan
from musicdata.errors import InputError
from musicdata.workspace.folder import Workspace
from tests.recipes import TO_WINDOWS, write_recipe

CRAWLED = """
[dataset]
name = "lists"
title = "lists"
modalities = []
[crawl.budgets]
spotify = { interval_s = 0.5, per_day = 1000 }
[[stage]]
use = "find_playlists"
[[stage]]
use = "list_tracks"
"""

# A stage of a user's own that says nothing of what it costs.
COUNT_WORDS = """
from musicdata.definitions import cutting
from musicdata.definitions.stage import Parameters, Stage


def cut(parameters, inputs):
    yield from cutting.by_key(inputs, {"samples": ["sample_id"]}, 100)


def run(parameters, task):
    rows = task.inputs.read("samples", ["sample_id", "lyrics"], task.shard.first, task.shard.last).to_pylist()
    for row in rows:
        task.sink.write("word_counts", {"sample_id": [row["sample_id"]], "n": [len(row["lyrics"].split())]})


STAGE = Stage("count_words", 1, "counts words", ("samples",), ("word_counts",), Parameters, run, cut)
"""
WORD_COUNTS = """
[table]
name = "word_counts"
description = "One row per sample: its words."
key = ["sample_id"]
references = { sample_id = "samples" }
[[column]]
name = "sample_id"
type = "string"
description = "Sample."
[[column]]
name = "n"
type = "int64"
description = "Words."
"""


@pytest.fixture
def counted(tmp_path: Path) -> str:
    """A recipe with a stage of a user's own."""
    (tmp_path / "my_stages.py").write_text(COUNT_WORDS)
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "word_counts.toml").write_text(WORD_COUNTS)
    path = Path(write_recipe(tmp_path, *TO_WINDOWS, name="counted"))
    path.write_text(
        path.read_text()
        + '[[stage]]\nuse = "count_words"\n[release]\ncomplete = "word_counts"\n[plugins]\nmodules = ["my_stages.py"]\n'
    )
    return str(path)


def calls(planned: Plan) -> dict[str, int]:
    return {service: asked.calls for service, asked in planned.services.items()}


def text(planned: Plan) -> str:
    return "\n".join(lines(planned))


def test_a_plan_in_python_tells_what_a_crawl_would_do(tmp_path: Path) -> None:
    planned = musicdata.plan("spotify-moods", work=tmp_path / "w")
    assert planned.wanted == {
        "find_playlists": 20,
        "list_tracks": 500,
        "fetch_lyrics": 18_000,
        "find_videos": 13_000,
        "fetch_clips": 13_000,
    }
    assert calls(planned) == {
        "lrclib": 7_200,
        "musixmatch": 23_400,
        "spotify": 1_760,
        "youtube.media": 13_000,
        "youtube.search": 13_000,
    }
    assert (planned.services["musixmatch"].days, planned.services["spotify"].days) == (12, 2)
    assert planned.complete == {"pairs": 10_000}
    assert planned.download_bytes == 45_832_000_000
    assert planned.bytes is not None
    assert planned.bytes > 8_652_000_000  # of clips and words alone
    assert planned.wall_s is not None
    assert planned.wall_s / 3600 > 339.2
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize(("mode", "spotify"), [("playlists-api", 1_760), ("track-search", 2_000)])
def test_calls_follow_the_parameters(mode: str, spotify: int, tmp_path: Path) -> None:
    planned = musicdata.plan("spotify-moods", work=tmp_path / "w", overrides=[f"find_playlists.mode={mode}"])
    assert calls(planned)["spotify"] == spotify
    alone = musicdata.plan("spotify-moods", work=tmp_path / "w", overrides=['fetch_lyrics.sources=["lrclib"]'])
    assert (calls(alone)["musixmatch"], calls(alone)["lrclib"]) == (0, 18_000)


def test_a_limit_and_files_of_tracks_make_a_crawl_smaller(tmp_path: Path) -> None:
    few = musicdata.plan("spotify-moods", work=tmp_path / "w", limit=5)
    assert (few.wanted["fetch_lyrics"], few.wanted["fetch_clips"], few.complete) == (180, 140, {"pairs": 100})
    (tmp_path / "lists.csv").write_text("title,artist,mood\nA,B,sad\nC,D,sad\nE,F,happy\n")
    imported = musicdata.plan("spotify-moods", work=tmp_path / "w", input=tmp_path / "lists.csv")
    assert list(imported.wanted.values()) == [2, 2, 3, 3, 3]
    assert (calls(imported)["spotify"], imported.complete) == (0, {"pairs": 3})
    with pytest.raises(InputError):
        musicdata.plan("spotify-moods", work=tmp_path / "w", input=tmp_path / "nowhere.csv")


def test_a_twin_asks_for_no_distance_and_no_quota(tmp_path: Path) -> None:
    planned = musicdata.plan("spotify-moods", work=tmp_path / "w", twin=True, limit=2)
    assert {asked.interval_s for asked in planned.services.values()} == {0.0}
    assert planned.wall_s is not None
    assert planned.wall_s < 600


def test_a_crawl_that_ends_with_lists_is_planned(tmp_path: Path) -> None:
    (tmp_path / "lists.toml").write_text(CRAWLED)
    planned = musicdata.plan(str(tmp_path / "lists.toml"), work=tmp_path / "w")
    assert planned.wanted == {"find_playlists": 20, "list_tracks": 500}
    assert calls(planned) == {"spotify": 1_760}
    assert (planned.samples, planned.complete, planned.download_bytes) == (None, {}, None)
    assert "list_tracks: up to 500 items" in text(planned)
    assert "samples" not in text(planned)


def test_windows_without_media_are_small(songs: Path, tmp_path: Path) -> None:
    planned = musicdata.plan(write_recipe(tmp_path, *TO_WINDOWS), input=songs, work=tmp_path / "w")
    assert planned.samples is not None
    assert planned.bytes is not None
    assert planned.bytes < 1_000 * planned.samples  # a sample of sound has 166,000
    heard = musicdata.plan(write_recipe(tmp_path, *TO_WINDOWS, "render_audio"), input=songs, work=tmp_path / "w")
    assert heard.bytes is not None
    assert heard.bytes > 160_000 * planned.samples
    assert heard.rows["audio"] == planned.samples


def test_a_corpus_yields_what_it_always_did(tmp_path: Path) -> None:
    planned = musicdata.plan("musictm", work=tmp_path / "w")
    assert (planned.samples, planned.samples_are_counted) == (996, False)
    one_a_song = musicdata.plan("musictm", work=tmp_path / "w", overrides=["window.windows_per_song=1"])
    assert one_a_song.samples == 415


def test_what_is_sealed_is_counted(built: Path, songs: Path) -> None:
    done = musicdata.plan("musictm", input=songs, work=built)
    assert (done.samples, done.samples_are_counted, done.cpu_s, done.unknown) == (20, True, 0.0, {})
    assert done.bytes == sum(state.bytes for state in done.stages)
    again = musicdata.plan("musictm", input=songs, work=built, overrides=["render_sheet.dpi=150"])
    assert [state.stage for state in again.stages if state.reasons][:2] == ["render_sheet", "render_note_sheet"]
    assert again.rows["sheets"] == 20
    assert again.cpu_s is not None
    assert again.cpu_s > 20 * 0.05


def test_a_stage_that_says_nothing_is_unknown_and_not_free(counted: str, songs: Path, tmp_path: Path) -> None:
    without = musicdata.plan(write_recipe(tmp_path, *TO_WINDOWS), input=songs, work=tmp_path / "w")
    planned = musicdata.plan(counted, input=songs, work=tmp_path / "w")
    assert planned.unknown == {"cpu_s": ("count_words",), "bytes": ("count_words",)}
    assert (planned.cpu_s, planned.bytes, planned.samples) == (without.cpu_s, without.bytes, without.samples)
    assert planned.rows["word_counts"] is None
    assert json.loads(json.dumps(dataclasses.asdict(planned)))["complete"] == {"word_counts": None}
    assert "word_counts: unknown" in text(planned)
    assert "not counted, since nobody has measured it: processor time of count_words; bytes of count_words" in text(
        planned
    )


def test_what_such_a_stage_made_is_known(counted: str, songs: Path, tmp_path: Path) -> None:
    musicdata.build(counted, input=songs, work=tmp_path / "w")
    planned = musicdata.plan(counted, input=songs, work=tmp_path / "w")
    assert (planned.rows["word_counts"], planned.unknown, planned.cpu_s) == (20, {}, 0.0)


def test_nothing_is_known_of_what_follows_a_stage_that_says_nothing(tmp_path: Path) -> None:
    """What a table needs its rows of is not there to be counted: unknown, as long as it is not made."""
    silent = dataclasses.replace(stages.find("window"), expect=None)
    loaded = recipe.load(write_recipe(tmp_path, *TO_WINDOWS, "render_audio"))
    steps = tuple(recipe.Step(silent, s.parameters) if s.stage.name == "window" else s for s in loaded.steps)
    planned = planning.plan(dataclasses.replace(loaded, steps=steps), Workspace(tmp_path / "w"), 2)
    assert planned.unknown["cpu_s"] == ("window", "render_audio")
    assert (planned.samples, planned.rows["audio"]) == (None, None)


def test_a_fault_in_an_expectation_is_not_hidden(tmp_path: Path) -> None:
    def wrong(_parameters: object, _counts: object) -> Expected:
        return Expected(1, {"songs": {"a": 1.0}["a fault of its own"]})

    loaded = recipe.load(write_recipe(tmp_path, *TO_WINDOWS))
    steps = tuple(recipe.Step(dataclasses.replace(s.stage, expect=wrong), s.parameters) for s in loaded.steps)
    with pytest.raises(KeyError):
        planning.plan(dataclasses.replace(loaded, steps=steps), Workspace(tmp_path / "w"), 2)


@pytest.mark.parametrize("name", [name for name, entry in stages.STAGES.entries().items() if not entry.plugin])
def test_every_stage_of_ours_says_what_is_expected_of_it(name: str) -> None:
    stage = stages.find(name)
    assert stage.expect is not None
    if stage.network is not None:
        assert stage.network.calls is not None
    assert all(contracts.load(table).key for table in stage.outputs)
