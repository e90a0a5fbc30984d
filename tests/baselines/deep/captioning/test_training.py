"""Training: what was broken off goes on as if it had not been, and what only music tells is heard."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from rouge_score import rouge_scorer

from musicdata.errors import UsageError
from musicdata_baselines.captioning.songs import Songs
from musicdata_baselines.deep.captioning import checkpoint, running
from musicdata_baselines.deep.captioning.plan import Plan
from musicdata_baselines.deep.captioning.running import rouge_1_recall
from musicdata_baselines.deep.captioning.saving import keep_ear
from musicdata_baselines.deep.captioning.training import train
from musicdata_baselines.errors import ViewError
from tests.baselines.deep.captioning.made import named, planted
from tests.baselines.deep.captioning.small import write_bart

TRAIN, VALID, TEST = planted(40, 1, n_captions=2), planted(10, 2), planted(6, 3)
PLAN = Plan(alignment="positive", steps=8, most_steps=12, batch_size=8, checkpoint_every=3)


class KilledError(Exception):
    """The process ended here."""


def stop_at(step: int) -> object:
    def progress(done: int, _: int) -> None:
        if done == step:
            raise KilledError

    return progress


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_training_that_was_broken_off_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole = train(PLAN, TRAIN, VALID, tmp_path / "whole", "cpu")
    for step in (2, 5, 11):  # before the first checkpoint, between two, in the cycle that was appended
        with pytest.raises(KilledError):
            train(PLAN, TRAIN, VALID, tmp_path / "broken", "cpu", stop_at(step))  # type: ignore[arg-type]
    broken = train(PLAN, TRAIN, VALID, tmp_path / "broken", "cpu")
    assert broken.history == whole.history
    assert contents(tmp_path / "broken") == contents(tmp_path / "whole")
    assert (len(whole.history.losses), whole.converged) == (12, False)
    assert whole.history.hears_music is not None


def test_what_reads_its_lyrics_and_gets_no_better_is_not_trained_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = dataclasses.replace(PLAN, learning_rate=0.3, steps=10, most_steps=30)
    stuck = train(plan, TRAIN, VALID, tmp_path / "stuck", "cpu").history
    assert (stuck.steps, stuck.converged) == (30, False)
    monkeypatch.setattr(running, "LEAST_READING", 0.0)
    done = train(plan, TRAIN, VALID, tmp_path / "done", "cpu").history
    assert (done.steps, done.converged) == (done.best_step + running.PATIENCE, True)
    assert done.losses == stuck.losses[: done.steps]


def test_in_the_papers_way_too_and_the_best_recall_is_kept(tmp_path: Path) -> None:
    """What is written of held-out songs in between draws from generators of its own."""
    plan = dataclasses.replace(PLAN, config="paper", steps=6, most_steps=6, checkpoint_every=2)
    valid = VALID.take([0, 1, 2])
    whole = train(plan, TRAIN, valid, tmp_path / "whole", "cpu")
    with pytest.raises(KilledError):
        train(plan, TRAIN, valid, tmp_path / "broken", "cpu", stop_at(3))  # type: ignore[arg-type]
    assert train(plan, TRAIN, valid, tmp_path / "broken", "cpu").history == whole.history
    assert contents(tmp_path / "broken") == contents(tmp_path / "whole")
    recalls = {e.step: e.recall for e in whole.history.evaluations}
    assert recalls[whole.history.best_step] == max(recalls.values(), key=lambda one: one or 0)


def test_a_finished_training_is_opened_and_another_replaces_it(tmp_path: Path) -> None:
    first = train(PLAN, TRAIN, VALID, tmp_path, "cpu")
    keep_ear(tmp_path, {"name": "ear"}, b"x")

    def refuse(done: int, of: int) -> None:
        raise AssertionError(f"nothing is to be trained, step {done} of {of} was")

    again = train(PLAN, TRAIN, VALID, tmp_path, "cpu", refuse)
    assert again.history == first.history
    assert again.ear == {"name": "ear"}
    assert again.caption(TEST) == first.caption(TEST)
    other = train(dataclasses.replace(PLAN, seed=1), TRAIN, VALID, tmp_path, "cpu")
    assert other.history.losses != first.history.losses
    changed = dataclasses.replace(TRAIN, lyrics=("other words", *TRAIN.lyrics[1:]))
    assert train(PLAN, changed, VALID, tmp_path, "cpu").history.losses != first.history.losses
    (tmp_path / "model.safetensors").write_bytes(b"torn")
    assert train(PLAN, TRAIN, VALID, tmp_path, "cpu").history == first.history


def test_the_order_of_songs_does_not_matter(tmp_path: Path) -> None:
    plan = dataclasses.replace(PLAN, steps=2, most_steps=2)
    one = train(plan, TRAIN, VALID, tmp_path / "a", "cpu")
    turned = train(plan, TRAIN.take(np.arange(40)[::-1]), VALID.take(np.arange(10)[::-1]), tmp_path / "b", "cpu")
    assert turned.history == one.history
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_damaged_checkpoint_costs_time_only(tmp_path: Path) -> None:
    whole = train(PLAN, TRAIN, VALID, tmp_path / "whole", "cpu")
    with pytest.raises(KilledError):
        train(PLAN, TRAIN, VALID, tmp_path / "b", "cpu", stop_at(5))  # type: ignore[arg-type]
    file = tmp_path / "b" / checkpoint.FILE
    file.write_bytes(file.read_bytes()[:-100])
    assert train(PLAN, TRAIN, VALID, tmp_path / "b", "cpu").history == whole.history


def test_shuffled_pairs_change_the_alignment_only(tmp_path: Path) -> None:
    """With the weight at 0 the alignment is measured and moves nothing."""
    plan = dataclasses.replace(PLAN, weight=0.0, steps=4, most_steps=4)
    one = train(plan, TRAIN, VALID, tmp_path / "a", "cpu").history
    two = train(dataclasses.replace(plan, shuffled_pairs=True), TRAIN, VALID, tmp_path / "b", "cpu").history
    assert one.losses == two.losses
    assert one.alignment_losses != two.alignment_losses
    assert [e.matched for e in one.evaluations] == [e.matched for e in two.evaluations]
    assert all(e.unmatched is not None and e.median_rank is not None for e in one.evaluations)


def test_the_same_text_is_learned_whoever_asked_before(tmp_path: Path) -> None:
    torch.manual_seed(77)
    plan = Plan(system="lyrics", steps=2, most_steps=2)
    one = train(plan, TRAIN, VALID, tmp_path / "a", "cpu")
    torch.rand(5)
    assert train(plan, TRAIN, VALID, tmp_path / "b", "cpu").history == one.history
    assert one.history.hears_music is None
    assert one.cosines(TEST) is None


def test_the_best_weights_are_kept(tmp_path: Path) -> None:
    plan = dataclasses.replace(PLAN, learning_rate=0.3, steps=10, most_steps=10)
    model = train(plan, TRAIN, VALID, tmp_path, "cpu")
    best = min(model.history.evaluations, key=lambda e: e.loss)
    assert model.history.best_step == best.step < 10
    valid = dataclasses.replace(VALID, references=tuple(texts[:1] for texts in VALID.references))
    assert model.losses(valid).mean() == pytest.approx(best.loss, abs=1e-6)


def test_no_training_at_all_is_the_network_as_it_was_drawn(tmp_path: Path) -> None:
    model = train(Plan(steps=0), TRAIN, VALID, tmp_path, "cpu")
    assert (model.history.losses, model.history.best_step, model.converged) == ([], 0, False)
    assert len(model.caption(TEST)) == 6


def test_a_users_bart_is_trained_on(tmp_path: Path) -> None:
    write_bart(tmp_path / "bart")
    plan = Plan(bart=tmp_path / "bart", alignment="infonce", steps=3, most_steps=3, learning_rate=1e-3)
    model = train(plan, TRAIN, VALID, tmp_path / "model", "cpu")
    assert model.network.config.d_model == 32
    assert model.history.losses[0] > model.history.losses[-1]
    assert model.tokenizer.as_bytes() == (tmp_path / "bart" / "tokenizer.json").read_bytes()


def test_songs_that_cannot_be_learned_from_are_refused(tmp_path: Path) -> None:
    empty = dataclasses.replace(VALID, references=((),) * 10)
    with pytest.raises(ViewError, match="40 songs with captions to learn from and 0 held out"):
        train(PLAN, TRAIN, empty, tmp_path, "cpu")
    deaf = dataclasses.replace(VALID, tokens=None)
    with pytest.raises(ViewError, match="music tokens of every song"):
        train(PLAN, TRAIN, deaf, tmp_path, "cpu")
    narrow = dataclasses.replace(VALID, tokens=np.zeros((10, 5, 3), np.float16))
    with pytest.raises(ViewError, match="3 wide"):
        train(PLAN, TRAIN, narrow, tmp_path, "cpu")
    assert list(tmp_path.iterdir()) == []


def test_a_training_that_diverges_says_so(tmp_path: Path) -> None:
    plan = dataclasses.replace(PLAN, learning_rate=1e30, config="paper")
    with pytest.raises(UsageError, match="diverged in step"):
        train(plan, TRAIN, VALID, tmp_path, "cpu")


def test_one_song_is_enough_to_run(tmp_path: Path) -> None:
    one = TRAIN.take([0])
    model = train(dataclasses.replace(PLAN, steps=2, most_steps=2), one, one, tmp_path, "cpu")
    assert model.history.reads_lyrics == 0.5


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("The sea, the SEA", "the sea is wide"),
        ("", "words"),
        ("it's 3 o'clock", "its 3 o clock, it s"),
        ("ünïcode", "uni"),
    ],
)
def test_recall_is_that_of_rouge_score(text: str, reference: str) -> None:
    theirs = rouge_scorer.RougeScorer(["rouge1"], use_stemmer=False).score(reference, text)["rouge1"].recall
    assert rouge_1_recall(text, reference) == pytest.approx(theirs)


RUN = """
import sys
import torch
from pathlib import Path
from tests.baselines.deep.captioning.test_training import PLAN, TRAIN, VALID
from musicdata_baselines.deep.captioning.training import train
torch.set_num_threads(1)
def say(done, of):
    print(done, flush=True)
train(PLAN, TRAIN, VALID, Path(sys.argv[1]), "cpu", say)
"""


@pytest.mark.long
def test_a_killed_process_leaves_what_the_next_goes_on_from(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUN]
    subprocess.run([*command, tmp_path / "whole"], check=True, capture_output=True)
    for step in ("4", "7", "10"):
        with subprocess.Popen([*command, tmp_path / "killed"], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.strip() == step:
                    os.kill(process.pid, signal.SIGKILL)
                    break
    last = subprocess.run([*command, tmp_path / "killed"], check=True, capture_output=True, text=True)
    assert int(last.stdout.split()[0]) > 9
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


@pytest.mark.long
def test_what_only_the_music_tells_is_heard_and_the_wrong_songs_music_tells_nothing(tmp_path: Path) -> None:
    train_songs, valid, test = planted(1000, 1), planted(150, 2), planted(200, 3)
    model = train(Plan(), train_songs, valid, tmp_path, "cpu")
    right = named(model.caption(test), 200, 3)
    wrong = named(model.caption(test, tokens=np.roll(_tokens(test), 1, 0)), 200, 3)
    assert min(right["tempo"], right["instrument"]) >= 0.95
    assert max(wrong["tempo"], wrong["instrument"]) <= 0.45
    assert model.converged == (right["topic"] > 0.8)


def _tokens(songs: Songs) -> np.ndarray:
    assert songs.tokens is not None
    return songs.tokens
