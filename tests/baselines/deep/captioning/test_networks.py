"""Networks from a user's folder: whole BARTs with their tokenizers, nothing that can run code, nothing from the net."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from musicdata.errors import UsageError
from musicdata_baselines.deep.captioning.networks import build, limits
from musicdata_baselines.deep.captioning.plan import SHAPES, Plan
from musicdata_baselines.deep.captioning.tokenizer import open_bart_tokenizer
from musicdata_baselines.errors import ModelFileError
from tests.baselines.deep.captioning.small import write_bart

IDS = torch.tensor([[0, 40, 50, 60, 70, 2], [0, 41, 51, 2, 1, 1]])
MASK = (IDS != 1).long()


@pytest.fixture(autouse=True)
def without_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


@pytest.mark.parametrize("prefix", ["model.", ""])
def test_a_folders_weights_are_those_that_stood_in_it(
    prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    stock = write_bart(tmp_path, prefix=prefix)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("nothing may be asked of the net")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    plan = Plan(alignment="positive", bart=tmp_path)
    torch.manual_seed(0)
    ours = build(plan, 300, 20)
    assert torch.equal(ours.encode(IDS, MASK)[0], stock.model.encoder(IDS, attention_mask=MASK).last_hidden_state)
    assert ours.config.fusion_layers == [1, 2]
    assert (ours.config.fusion_common, ours.config.music_width) == (32, 20)
    new = {name.split(".")[0] for name in set(ours.state_dict()) - set(stock.state_dict())}
    assert new == {"fusion", "alignment"}
    torch.manual_seed(0)
    again = build(plan, 300, 20)
    assert all(torch.equal(one, again.state_dict()[name]) for name, one in ours.state_dict().items())
    assert limits(plan, ours) == (64, 64)
    assert "".join(capfd.readouterr()) == ""


def test_a_pickle_is_not_read(tmp_path: Path) -> None:
    write_bart(tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelFileError, match=r"pytorch_model.bin, a pickle.*save_pretrained"):
        build(Plan(bart=tmp_path), 300, 20)


def test_a_folder_that_holds_no_bart_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"holds no BART: expected config\.json"):
        build(Plan(bart=tmp_path / "nothing"), 300, 20)
    write_bart(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    lost = tensors.pop("model.decoder.layers.0.fc1.weight")
    save_file(tensors, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelFileError, match=r"not those of a BART: model.decoder.layers.0.fc1.weight"):
        build(Plan(bart=tmp_path), 300, 20)
    tensors["model.decoder.layers.0.fc1.weight"] = lost[:-1]
    save_file(tensors, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(ModelFileError, match="BART"):
        build(Plan(bart=tmp_path), 300, 20)
    (tmp_path / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}")
    with pytest.raises(ModelFileError, match="no BART that can be read"):
        build(Plan(bart=tmp_path), 300, 20)


def test_other_special_tokens_or_too_large_a_tokenizer_are_refused(tmp_path: Path) -> None:
    write_bart(tmp_path)
    with pytest.raises(ModelFileError, match="at least the 301 of its tokenizer"):
        build(Plan(bart=tmp_path), 301, 20)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"decoder_start_token_id": 0}))
    with pytest.raises(ModelFileError, match=r"special tokens \[0, 1, 2, 0\]"):
        build(Plan(bart=tmp_path), 300, 20)


def test_the_folders_tokenizer_is_read_in_both_of_its_forms(tmp_path: Path) -> None:
    write_bart(tmp_path)
    one = open_bart_tokenizer(tmp_path)
    document = json.loads((tmp_path / "tokenizer.json").read_text())
    (tmp_path / "vocab.json").write_text(json.dumps(document["model"]["vocab"]))
    merges = [" ".join(pair) if isinstance(pair, list) else pair for pair in document["model"]["merges"]]
    (tmp_path / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]))
    (tmp_path / "tokenizer.json").unlink()
    other = open_bart_tokenizer(tmp_path)
    texts = ["the sea and the wind", "slow piano, ünï </s>"]
    assert one.sequences(texts, 50).values.tolist() == other.sequences(texts, 50).values.tolist()
    (tmp_path / "merges.txt").unlink()
    with pytest.raises(ModelFileError, match="has no tokenizer"):
        open_bart_tokenizer(tmp_path)


def test_sizes_are_what_they_are_called() -> None:
    small = build(Plan(), 512, 64)
    assert 200_000 < sum(one.numel() for one in small.parameters()) < 320_000
    base = SHAPES["base"]
    assert (base.d_model, base.layers, base.heads, base.ffn, base.fusion_layers) == (768, 6, 12, 3072, (4, 5))


def test_a_network_that_hears_needs_music() -> None:
    with pytest.raises(UsageError, match="no music tokens"):
        build(Plan(), 512, None)
    assert not hasattr(build(Plan(system="lyrics"), 512, 64), "fusion")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"system": "lyrics", "alignment": "infonce"}, "hears nothing"),
        ({"shuffled_pairs": True}, "control of alignment"),
        ({"steps": -1}, "steps is -1"),
        ({"weight": float("nan")}, "weight is nan"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0"),
        ({"steps": 10, "most_steps": 9}, "most_steps is 9"),
    ],
)
def test_plans_that_make_no_sense_are_refused(values: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Plan(**values)  # type: ignore[arg-type]  # that is the point


def test_a_plan_comes_back_from_json() -> None:
    plan = Plan(alignment="infonce", shuffled_pairs=True, seed=3, bart=Path("/some/where/bart-base"), ear={"name": "x"})
    again = Plan.of_json(json.loads(json.dumps(plan.as_json())))
    assert again == Plan(alignment="infonce", shuffled_pairs=True, seed=3, bart=Path("bart-base"), ear={"name": "x"})
    assert again.name == "fusion + infonce (shuffled pairs)"
    with pytest.raises(UsageError, match="no plan"):
        Plan.of_json({"system": "vision"})
