"""Captions do not depend on padding or company, and what samples is seeded."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

import pytest
import torch

from musicdata_baselines.deep.captioning.decoding import Decoding, decode
from musicdata_baselines.deep.captioning.fusion import FusionBart
from musicdata_baselines.deep.captioning.plan import Plan
from tests.baselines.deep.captioning.small import network

GREEDY = Decoding(1, is_sampled=False, no_repeat=0, most_tokens=14)
BEAMS = Decoding(4, is_sampled=False, no_repeat=0, most_tokens=14)
IDS = torch.tensor([[0, 40, 50, 60, 70, 2], [0, 41, 51, 2, 1, 1], [0, 2, 1, 1, 1, 1]])
MASK = (IDS != 1).long()
MUSIC = torch.randn(3, 7, 20, generator=torch.Generator().manual_seed(3))


@pytest.fixture(autouse=True)
def without_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


@pytest.fixture(scope="module")
def talker() -> FusionBart:
    """A network that says different things of different songs."""
    made = network()
    for parameter in made.model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, std=0.25)
    return made


def rows(ids: torch.Tensor) -> list[list[int]]:
    return [[one for one in row if one != 1] for row in ids.tolist()]


@pytest.mark.parametrize("decoding", [GREEDY, BEAMS])
def test_a_caption_depends_on_neither_padding_nor_company(talker: FusionBart, decoding: Decoding) -> None:
    together = rows(decode(talker, IDS, MASK, MUSIC, decoding))
    wide = torch.nn.functional.pad(IDS, (0, 30), value=1)
    padded = rows(decode(talker, wide, (wide != 1).long(), MUSIC, decoding))
    alone = [
        rows(decode(talker, IDS[i : i + 1, :n], MASK[i : i + 1, :n], MUSIC[i : i + 1], decoding))[0]
        for i, n in enumerate(MASK.sum(1).tolist())
    ]
    assert together == padded == alone
    assert len({tuple(row) for row in together}) == 3
    assert rows(decode(talker, IDS, MASK, None, decoding)) != together


def test_greedy_is_the_likeliest_token_each_time(talker: FusionBart) -> None:
    made = network()
    made.load_state_dict(talker.state_dict())
    states, _ = made.encode(IDS[:1], MASK[:1], MUSIC[:1])
    said = [2, 0]  # the decoder's start, then <s>, which is forced
    while len(said) < GREEDY.most_tokens and said[1:][-1] != 2:
        out = made(encoder_outputs=(states,), attention_mask=MASK[:1], decoder_input_ids=torch.tensor([said]))
        said.append(int(out.logits[0, -1].argmax()) if len(said) < GREEDY.most_tokens - 1 else 2)
    assert rows(decode(made, IDS[:1], MASK[:1], MUSIC[:1], GREEDY)) == [said]


def test_beams_find_likelier_captions(talker: FusionBart) -> None:
    def score(found: torch.Tensor) -> float:
        made = talker
        states, _ = made.encode(IDS, MASK, MUSIC)
        out = made(encoder_outputs=(states,), attention_mask=MASK, decoder_input_ids=found[:, :-1])
        chances = out.logits.log_softmax(-1).gather(2, found[:, 1:, None])[..., 0]
        counted = (found[:, 1:] != 1) & (torch.arange(found.shape[1] - 1) > 0)
        return float(((chances * counted).sum(1) / counted.sum(1)).mean())

    greedy, beams = (decode(talker, IDS, MASK, MUSIC, one) for one in (GREEDY, BEAMS))
    assert score(beams) >= score(greedy)


def test_sampling_draws_from_the_generator(talker: FusionBart) -> None:
    sampling = Decoding(1, is_sampled=True, no_repeat=0, most_tokens=14)

    def sample(seed: int) -> list[list[int]]:
        torch.manual_seed(seed)
        return rows(decode(talker, IDS, MASK, MUSIC, sampling))

    assert sample(1) == sample(1)
    assert sample(1) != sample(2)


def test_no_three_tokens_are_said_twice_where_that_is_asked(talker: FusionBart) -> None:
    strict = dataclasses.replace(GREEDY, no_repeat=2, most_tokens=60)
    for row in rows(decode(talker, IDS, MASK, MUSIC, strict)):
        pairs = list(itertools.pairwise(row))
        assert len(pairs) == len(set(pairs))


def test_what_a_plan_decodes_by() -> None:
    corrected = Decoding.of(Plan(), longest=40, mean=30.0, limit=256)
    assert corrected == Decoding(4, is_sampled=False, no_repeat=0, most_tokens=48)
    assert Decoding.of(Plan(), longest=300, mean=90.0, limit=256) == Decoding(4, False, 3, 256)
    assert Decoding.of(Plan(config="paper"), 40, 30.0, 256) == Decoding(5, True, 0, 48)
    assert Decoding.of(Plan(config="paper", system="lyrics"), 40, 30.0, 256).beams == 4
    assert Decoding.of_json(corrected.as_json()) == corrected
