"""Models come back as they were; what is torn, swapped or of another task is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from musicdata_baselines.captioning.songs import Songs
from musicdata_baselines.deep.captioning.model import Model
from musicdata_baselines.deep.captioning.plan import Plan
from musicdata_baselines.deep.captioning.saving import ear_weights, keep_ear, open_model, save_model
from musicdata_baselines.deep.captioning.training import train
from musicdata_baselines.errors import ModelFileError, ViewError
from tests.baselines.deep.captioning.made import planted

PLAN = Plan(steps=6, most_steps=6, alignment="positive", ear={"name": "small", "width": 64})
SONGS = planted(8, 3)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return train(PLAN, planted(40, 1), planted(10, 2), tmp_path_factory.mktemp("model"), "cpu")


@pytest.fixture
def folder(model: Model, tmp_path: Path) -> Path:
    return save_model(model, tmp_path / "model")


def test_a_model_comes_back_as_it_was(model: Model, folder: Path) -> None:
    torch.manual_seed(3)
    state = torch.get_rng_state()
    again = open_model(folder)
    assert again.caption(SONGS) == model.caption(SONGS)
    assert torch.equal(torch.get_rng_state(), state)
    assert (again.plan, again.history, again.decoding, again.ear) == (PLAN, model.history, model.decoding, PLAN.ear)
    assert again.cosines(SONGS) == model.cosines(SONGS)
    assert again.losses(SONGS).tobytes() == model.losses(SONGS).tobytes()
    assert sorted(path.name for path in folder.iterdir()) == ["model.json", "model.safetensors", "tokenizer.json"]
    assert {path.name: path.read_bytes() for path in save_model(again, folder.parent / "b").iterdir()} == {
        path.name: path.read_bytes() for path in save_model(model, folder.parent / "c").iterdir()
    }


def test_the_head_says_what_a_program_needs(folder: Path) -> None:
    head = json.loads((folder / "model.json").read_text())
    assert head["task"] == "captioning"
    assert head["ear"] == {"name": "small", "width": 64}
    assert head["plan"]["alignment"] == "positive"
    assert head["history"]["evaluations"][-1]["step"] == 6
    assert str(folder.parent) not in json.dumps(head)


def test_the_ear_is_kept_beside_the_model(model: Model, folder: Path) -> None:
    assert ear_weights(folder) is None
    keep_ear(folder, {"name": "other"}, b"weights")
    assert ear_weights(folder) == b"weights"
    assert open_model(folder).ear == {"name": "other"}
    assert open_model(folder).caption(SONGS) == model.caption(SONGS)
    (folder / "ear.safetensors").write_bytes(b"Weights")
    with pytest.raises(ModelFileError, match=r"ear\.safetensors has the digest"):
        ear_weights(folder)


def edit(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        head = json.loads((folder / "model.json").read_text())
        change(head)
        (folder / "model.json").write_text(json.dumps(head))

    return spoil


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: (f / "model.json").unlink(), "holds no model"),
        (lambda f: (f / "model.json").write_text("{"), "cannot be read"),
        (lambda f: (f / "model.json").write_text("[]"), "task None"),
        (lambda f: (f / "model.safetensors").unlink(), "cannot be read"),
        (lambda f: (f / "model.safetensors").write_bytes((f / "model.safetensors").read_bytes()[:-9]), "digest"),
        (lambda f: (f / "tokenizer.json").write_text("{}"), "digest"),
        (edit(lambda h: h.update(task="retrieval")), "task 'retrieval', expected 'captioning'"),
        (edit(lambda h: h.update(format=2)), "format 2"),
        (edit(lambda h: h.update(ear=[])), "ear"),
        (edit(lambda h: h["network"].update(encoder_ffn_dim=32)), "has shape"),
        (edit(lambda h: h["network"].update(d_model="x")), "no network"),
        (edit(lambda h: h["network"].update(fusion_layers=[])), "missing, or of another network"),
        (edit(lambda h: h["network"].pop("d_model")), "no network"),
        (edit(lambda h: h["plan"].update(system="vision")), "no plan"),
        (edit(lambda h: h["history"].update(losses="x")), "damaged"),
        (edit(lambda h: h["decoding"].pop("beams")), "damaged"),
    ],
)
def test_what_is_no_whole_model_is_refused(spoil: Callable[[Path], object], message: str, folder: Path) -> None:
    spoil(folder)
    with pytest.raises(ModelFileError, match=message):
        open_model(folder)


def test_music_of_another_ear_is_refused_and_none_is_stock_bart(model: Model) -> None:
    with pytest.raises(ViewError, match=r"63 wide.*width 64.*same ear"):
        model.caption(SONGS, tokens=np.zeros((8, 10, 63), np.float16))
    deaf = Songs(SONGS.ids, SONGS.lyrics, None, SONGS.references)
    assert len(model.caption(deaf)) == 8
    assert not np.allclose(model.losses(deaf), model.losses(SONGS))
    silent = model.losses(SONGS, tokens=np.zeros((8, 10, 64), np.float16))
    assert not np.allclose(silent, model.losses(SONGS))


def test_odd_songs_get_a_caption_too(model: Model) -> None:
    odd = Songs(("a", "b"), ("", "word " * 3000), np.zeros((2, 3, 64), np.float16), ((), ()))
    assert len(model.caption(odd)) == 2
    none = Songs((), (), np.zeros((0, 3, 64), np.float16), ())
    assert model.caption(none) == []
