"""Losses: pads count in the paper's way only, each song is aligned once, and what is read and heard is measured."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from musicdata_baselines.deep.captioning import losses
from musicdata_baselines.deep.captioning.batches import (
    IGNORED,
    Examples,
    Music,
    check_tokens,
    derangement,
    standardisation,
)
from musicdata_baselines.deep.captioning.fusion import alignment_loss
from musicdata_baselines.deep.captioning.plan import Plan
from musicdata_baselines.deep.captioning.tokenizer import train_tokenizer
from musicdata_baselines.errors import ViewError
from tests.baselines.deep.captioning.made import planted
from tests.baselines.deep.captioning.small import network

CPU = torch.device("cpu")
SONGS = planted(6, 4, n_captions=2)
TOKENIZER = train_tokenizer(SONGS.lyrics, 300)


def examples(*, pads_count: bool = False) -> Examples:
    assert SONGS.tokens is not None
    music = Music(SONGS.tokens[:, :, :20], np.zeros(20, np.float32), np.ones(20, np.float32))
    return Examples.of(SONGS, TOKENIZER, music, (64, 50), pads_count=pads_count)


@pytest.fixture(autouse=True)
def without_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


def test_the_loss_is_that_of_transformers_and_counts_no_pad() -> None:
    hears, batch = network(), examples().batch(np.arange(12), CPU)
    assert (batch.labels == IGNORED).any()
    theirs = hears(
        encoder_outputs=(hears.encode(batch.lyrics, batch.mask, batch.music)[0],),
        attention_mask=batch.mask,
        labels=batch.labels,
    ).loss
    ours, _ = losses.training_loss(hears, batch, Plan())
    assert float(ours) == pytest.approx(float(theirs), rel=1e-6)
    wide = dataclasses.replace(batch, labels=torch.nn.functional.pad(batch.labels, (0, 9), value=IGNORED))
    assert float(losses.training_loss(hears, wide, Plan())[0]) == pytest.approx(float(ours), rel=1e-6)


def test_in_the_papers_way_pads_are_in_the_loss_and_in_the_mean_of_the_lyrics() -> None:
    hears, batch = network(is_aligned=True), examples(pads_count=True).batch(np.asarray([0, 5]), CPU)
    assert not (batch.labels == IGNORED).any()
    longest = max(len(ids) for ids in TOKENIZER.encode([text for texts in SONGS.references for text in texts], 50))
    assert batch.labels.shape[1] == longest
    _, before = hears.encode(batch.lyrics, batch.mask)
    with_pads = losses.mean_lyrics(before, batch, pads_count=True)
    without = losses.mean_lyrics(before, batch, pads_count=False)
    n = batch.mask.sum(1)
    assert torch.allclose(without[0], before[0, : n[0]].mean(0), atol=1e-6)
    assert torch.equal(with_pads, before.mean(1))


def test_the_songs_of_a_batch_are_aligned_once_each() -> None:
    hears, made = network(is_aligned=True), examples()
    plan = Plan(alignment="infonce")
    twice = made.batch(np.asarray([0, 1, 4, 5, 8]), CPU)  # songs 0, 0, 2, 2, 4
    once = made.batch(np.asarray([0, 4, 8]), CPU)
    _, of_twice = losses.training_loss(hears, twice, plan)
    _, before = hears.encode(once.lyrics, once.mask)
    lyrics = losses.mean_lyrics(before, once, pads_count=False)
    assert once.partner is not None
    assert of_twice is not None
    expected = alignment_loss(hears.similarities(once.partner, lyrics), "infonce")
    assert float(of_twice) == pytest.approx(float(expected), abs=1e-5)


def test_another_partner_changes_the_alignment_and_not_the_caption() -> None:
    made = examples()
    other = dataclasses.replace(made, partner_of=derangement(6, 1))
    one, two = (which.batch(np.arange(12), CPU) for which in (made, other))
    assert one.music is not None
    assert one.partner is not None
    assert two.music is not None
    assert two.partner is not None
    assert torch.equal(one.music, two.music)
    assert torch.equal(one.partner, one.music.mean(1))
    assert not any(torch.equal(a, b) for a, b in zip(one.partner, two.partner, strict=True))


def test_losses_of_rows_do_not_depend_on_their_company() -> None:
    hears, made = network(), examples()
    together = losses.row_losses(hears, made, CPU)
    alone = [float(losses.token_losses(hears, made.batch(np.asarray([i]), CPU))[0].detach().mean()) for i in range(12)]
    assert np.allclose(together, alone, atol=1e-5)


def test_a_network_prefers_a_songs_own_only_where_it_looks() -> None:
    hears, made = network(fusion_scale=0.0), examples()
    own = losses.row_losses(hears, made, CPU)
    assert losses.prefers_own(hears, made, CPU, own, "music") == 0.5
    worst = own - 1  # as if its own lyrics always explained a caption better than any other's
    assert losses.prefers_own(hears, made, CPU, worst, "words") == 1.0


def test_cosines_are_those_of_means_and_ranks_count_from_one() -> None:
    hears, made = network(is_aligned=True), examples()
    found = losses.cosines(hears, made, CPU)
    assert found is not None
    grid = np.empty((6, 6))
    for j in range(6):
        ids, mask = made.padded_lyrics(np.asarray([j]))
        text = hears.alignment(hears.encode(ids, mask)[1].mean(1))[0].double().numpy()
        for i in range(6):
            assert made.music is not None
            music = made.music.take(np.asarray([i])).mean(1)[0].double().numpy()
            grid[i, j] = text @ music / np.linalg.norm(text) / np.linalg.norm(music)
    ranks = [1 + (row > row[i]).sum() for i, row in enumerate(grid)]
    assert found.matched == pytest.approx(grid.diagonal().mean(), abs=1e-5)
    assert found.unmatched == pytest.approx(grid[~np.eye(6, dtype=bool)].mean(), abs=1e-5)
    assert found.median_rank == np.median(ranks)
    assert losses.cosines(network(), made, CPU) is None


def test_batches_of_an_epoch_hold_every_row_once_and_are_another_order_in_the_next() -> None:
    made = examples()
    first, again, second = made.epoch(5, 0, 0), made.epoch(5, 0, 0), made.epoch(5, 0, 1)
    assert sorted(np.concatenate(first).tolist()) == list(range(12))
    assert [rows.tolist() for rows in first] == [rows.tolist() for rows in again]
    assert [rows.tolist() for rows in first] != [rows.tolist() for rows in second]
    assert len(first) == 2


@pytest.mark.parametrize("n", [2, 3, 10])
def test_a_derangement_leaves_no_song_in_its_place(n: int) -> None:
    partner = derangement(n, 5)
    assert sorted(partner.tolist()) == list(range(n))
    assert (partner != np.arange(n)).all()


def test_music_is_standardised_by_column_unless_it_is_to_be_left_alone() -> None:
    tokens = np.random.default_rng(0).normal(5, 3, (40, 4, 3)).astype(np.float16)
    tokens[:, :, 2] = 7
    mean, scale = standardisation(tokens, is_wanted=True)
    flat = tokens.reshape(-1, 3).astype(np.float64)
    assert np.allclose(mean, flat.mean(0), atol=1e-3)
    assert np.allclose(scale, [*flat.std(0)[:2], 1], atol=1e-3)
    mean, scale = standardisation(tokens, is_wanted=False)
    assert (mean == 0).all()
    assert (scale == 1).all()


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (np.zeros((3, 4)), "shape"),
        (np.zeros((2, 4, 5)), "one row a song"),
        (np.zeros((3, 4, 6)), "6 wide.*width 5"),
        (np.zeros((3, 4, 5), np.int32), "int32"),
        (np.full((3, 4, 5), np.nan), "song 0 hold a value that is not finite"),
    ],
)
def test_music_that_cannot_be_heard_is_refused(tokens: np.ndarray, message: str) -> None:
    with pytest.raises(ViewError, match=message):
        check_tokens(tokens, 3, 5)
