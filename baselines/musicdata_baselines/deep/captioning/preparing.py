"""Songs made ready for one training: tokenizer, ids, standardised music, pairs of the control."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.deep.captioning.batches import Examples, Music, check_tokens, derangement, standardisation
from musicdata_baselines.deep.captioning.plan import SHAPES
from musicdata_baselines.deep.captioning.tokenizer import open_bart_tokenizer, train_tokenizer
from musicdata_baselines.errors import ViewError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.captioning.songs import Songs
    from musicdata_baselines.deep.captioning.plan import Plan
    from musicdata_baselines.deep.captioning.tokenizer import CaptionTokenizer

MOST_VALID = 256
"""Held-out songs that an evaluation looks at, by their first caption."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """The songs of one training.

    Attributes:
        tokenizer: of the network.
        train: examples to learn from; `valid` held-out ones, a caption a song.
        valid: as above.
        references: the captions of `valid` as texts.
        mean: (width,) of the music tokens; `scale` too; None where nothing is heard.
        scale: as above.
    """

    tokenizer: CaptionTokenizer
    train: Examples
    valid: Examples
    references: tuple[str, ...]
    mean: NDArray[np.float32] | None
    scale: NDArray[np.float32] | None


def choose_tokenizer(plan: Plan, train: Songs) -> CaptionTokenizer:
    """Return the tokenizer of a user's BART, or one trained on the songs."""
    if plan.bart is not None:
        return open_bart_tokenizer(plan.bart)
    texts = [*train.lyrics, *(text for captions in train.references for text in captions)]
    return train_tokenizer(texts, SHAPES[plan.size].vocabulary)


def check_songs(plan: Plan, train: Songs, valid: Songs) -> tuple[Songs, Songs]:
    """Return the songs that have captions, by id, so that nothing depends on their order; not too many held-out ones.

    Raises:
        ViewError: there are too few, or no music for a network that hears.
    """
    train, places = train.take(_captioned(train)), _captioned(valid)
    if not len(train.ids) or not len(places):
        raise ViewError(
            f"{len(train.ids)} songs with captions to learn from and {len(places)} held out, expected one of each at "
            "least; captions come from the split's own rows"
        )
    if len(places) > MOST_VALID:
        places = places[np.sort(np.random.default_rng(0).permutation(len(places))[:MOST_VALID])]
    valid = valid.take(places)
    if plan.hears:
        if train.tokens is None or valid.tokens is None:
            raise ViewError("a network that hears needs music tokens of every song; choose system 'lyrics' without")
        shape = check_tokens(train.tokens, len(train.ids)).shape
        check_tokens(valid.tokens, len(valid.ids), shape[2])
    return train, valid


def _captioned(songs: Songs) -> NDArray[np.int64]:
    """Return the places of songs that have captions, by id."""
    places = (place for place, texts in enumerate(songs.references) if texts)
    return np.asarray(sorted(places, key=songs.ids.__getitem__), np.int64)


def prepare(plan: Plan, train: Songs, valid: Songs, tokenizer: CaptionTokenizer, limits: tuple[int, int]) -> Prepared:
    """Return songs that `check_songs` returned as examples of a network that reads so many tokens."""
    references = tuple(captions[0] for captions in valid.references)
    judged = type(valid)(valid.ids, valid.lyrics, valid.tokens, tuple((text,) for text in references))
    mean = scale = heard = heard_valid = None
    if plan.hears and train.tokens is not None and valid.tokens is not None:
        mean, scale = standardisation(train.tokens, is_wanted=plan.config == "corrected")
        heard, heard_valid = Music(train.tokens, mean, scale), Music(valid.tokens, mean, scale)
    partner = derangement(len(train.ids), plan.seed) if plan.shuffled_pairs else None
    pads_count = plan.config == "paper"
    of_train = Examples.of(train, tokenizer, heard, limits, pads_count=pads_count, partner_of=partner)
    of_valid = Examples.of(judged, tokenizer, heard_valid, limits)
    return Prepared(tokenizer, of_train, of_valid, references, mean, scale)


def digest(plan: Plan, train: Songs, valid: Songs) -> str:
    """Return the SHA-256 of all that a training depends on."""
    head = json.dumps(plan.as_json(), sort_keys=True)
    found = hashlib.sha256(head.encode())
    if plan.bart is not None:
        found.update(_stamp(plan.bart))
    for songs in (train, valid):
        texts = [songs.ids, songs.lyrics, songs.references, None if songs.tokens is None else songs.tokens.shape]
        found.update(json.dumps(texts).encode())
        if songs.tokens is not None:
            found.update(np.ascontiguousarray(songs.tokens).data)
    return found.hexdigest()


def _stamp(folder: Any) -> bytes:
    """Return what changes when another BART is put into the folder: names and sizes of its files."""
    return json.dumps(sorted((path.name, path.stat().st_size) for path in folder.iterdir())).encode()
