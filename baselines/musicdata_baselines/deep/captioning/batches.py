"""Songs and captions as ids, cut into batches: the order of a step depends on the seed and the step alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch

from musicdata_baselines.deep.captioning.tokenizer import PAD
from musicdata_baselines.errors import ViewError
from musicdata_baselines.views import Sequences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from musicdata_baselines.captioning.songs import Songs
    from musicdata_baselines.deep.captioning.tokenizer import CaptionTokenizer

IGNORED = -100
_NEAR_BATCHES = 8


@dataclass(frozen=True, slots=True)
class Batch:
    """Captions of some songs, on a device.

    Attributes:
        lyrics: ids (rows, positions), padded; `mask` is 1 where there is one.
        labels: ids of the captions (rows, positions); `IGNORED` where the loss does not look.
        music: (rows, tokens, width), or None.
        partner: mean music (rows, width) that the lyrics are aligned with, or None.
        songs: of each row, on the CPU.
    """

    lyrics: torch.Tensor
    mask: torch.Tensor
    labels: torch.Tensor
    music: torch.Tensor | None
    partner: torch.Tensor | None
    songs: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Music:
    """Music tokens of songs, standardised as they are taken: ``(token - mean) / scale``, a number a column.

    Attributes:
        tokens: (songs, tokens, width).
        mean: (width,); `scale` too.
    """

    tokens: NDArray[Any]
    mean: NDArray[np.float32]
    scale: NDArray[np.float32]

    def take(self, songs: NDArray[np.int64]) -> torch.Tensor:
        """Return the tokens of some songs, float32."""
        return torch.from_numpy((self.tokens[songs].astype(np.float32) - self.mean) / self.scale)


def check_tokens(tokens: NDArray[Any], n_songs: int, width: int | None = None) -> NDArray[Any]:
    """Return music tokens if they are of so many songs, of that width, and finite.

    Raises:
        ViewError: they are not.
    """
    tokens = np.asarray(tokens)
    if tokens.ndim != 3 or len(tokens) != n_songs or 0 in tokens.shape[1:] or tokens.dtype.kind != "f":
        raise ViewError(
            f"music tokens are {tokens.dtype} of shape {tokens.shape}, expected numbers of shape "
            f"({n_songs}, tokens, width), one row a song"
        )
    if width is not None and tokens.shape[2] != width:
        raise ViewError(
            f"music tokens are {tokens.shape[2]} wide, the network was trained on tokens of width {width}: give those "
            "of the same ear"
        )
    for at in range(0, n_songs, 1024):
        if not np.isfinite(tokens[at : at + 1024]).all():
            bad = at + int(np.argmin(np.isfinite(tokens[at : at + 1024]).all((1, 2))))
            raise ViewError(f"music tokens of song {bad} hold a value that is not finite; make them anew")
    return tokens


def standardisation(tokens: NDArray[Any], *, is_wanted: bool) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and scale of each column of music tokens; 0 and 1 where they are to be left as they are."""
    width = tokens.shape[2]
    if not is_wanted:
        return np.zeros(width, np.float32), np.ones(width, np.float32)
    total, squares, n = np.zeros(width), np.zeros(width), 0
    for at in range(0, len(tokens), 1024):
        block = tokens[at : at + 1024].astype(np.float64).reshape(-1, width)
        total, squares, n = total + block.sum(0), squares + (block**2).sum(0), n + len(block)
    mean = total / n
    scale = np.sqrt(np.maximum(squares / n - mean**2, 0))
    return mean.astype(np.float32), np.where(scale > 1e-6, scale, 1).astype(np.float32)  # a column may be constant


@dataclass(frozen=True, slots=True)
class Examples:
    """Songs with their captions, a row each, ready for a network.

    Attributes:
        lyrics: ids of each song; `captions` ids of each row.
        song_of: row → song.
        music: None where nothing is heard.
        partner_of: song → song whose music its lyrics are aligned with.
        pads_count: pads are part of the caption and of the lyrics, as in the public code.
        longest: ids of a caption at most.
    """

    lyrics: Sequences
    captions: Sequences
    song_of: NDArray[np.int64]
    music: Music | None
    partner_of: NDArray[np.int64]
    pads_count: bool
    longest: int

    @classmethod
    def of(
        cls,
        songs: Songs,
        tokenizer: CaptionTokenizer,
        music: Music | None,
        limits: tuple[int, int],
        *,
        pads_count: bool = False,
        partner_of: NDArray[np.int64] | None = None,
    ) -> Self:
        """Return the examples of songs; one without captions has no row.

        Args:
            songs: with their captions.
            tokenizer: of the network.
            music: their tokens, or None.
            limits: ids of lyrics and of a caption, at most.
            pads_count: as above.
            partner_of: as above; every song is its own by default.
        """
        texts = [text for captions in songs.references for text in captions]
        captions = tokenizer.sequences(texts, limits[1])
        lengths = np.diff(captions.offsets)
        return cls(
            tokenizer.sequences(songs.lyrics, limits[0]),
            captions,
            np.repeat(np.arange(len(songs.ids)), [len(captions) for captions in songs.references]),
            music,
            np.arange(len(songs.ids)) if partner_of is None else partner_of,
            pads_count,
            int(lengths.max(initial=1)),
        )

    @classmethod
    def of_lyrics(cls, lyrics: Sequences, music: Music | None) -> Self:
        """Return songs whose captions are not known."""
        none = np.empty(0, np.int64)
        captions = Sequences(none.astype(np.int32), np.zeros(1, np.int64))
        return cls(lyrics, captions, none, music, np.arange(len(lyrics)), pads_count=False, longest=1)

    def __len__(self) -> int:
        return len(self.song_of)

    def epoch(self, batch_size: int, seed: int, number: int) -> list[NDArray[np.int64]]:
        """Return the rows of each batch of an epoch; rows of like length stand together, batches in any order."""
        draw = np.random.default_rng([seed, number])
        rows = draw.permutation(len(self))
        lengths = np.diff(self.captions.offsets)
        near = _NEAR_BATCHES * batch_size
        blocks = [rows[at : at + near] for at in range(0, len(rows), near)]
        rows = np.concatenate([block[np.argsort(lengths[block], kind="stable")] for block in blocks])
        batches = np.array_split(rows, max(1, round(len(rows) / batch_size)))
        return [batches[i] for i in draw.permutation(len(batches))]

    def batch(
        self,
        rows: NDArray[np.int64],
        device: torch.device,
        *,
        reads: NDArray[np.int64] | None = None,
        hears: NDArray[np.int64] | None = None,
    ) -> Batch:
        """Return some rows.

        Args:
            rows: of the captions.
            device: that they are brought to.
            reads: song → song whose lyrics are read in its place; `hears` song → song whose music is heard.
            hears: as above.
        """
        songs = self.song_of[rows]
        width = self.longest if self.pads_count else None
        labels = pad(self.captions.take(rows), width)
        if not self.pads_count:
            labels[labels == PAD] = IGNORED
        lyrics, mask = self.padded_lyrics(songs if reads is None else reads[songs])
        music = self.music.take(songs if hears is None else hears[songs]) if self.music else None
        partner = self.music.take(self.partner_of[songs]).mean(1) if self.music else None
        return Batch(
            lyrics.to(device),
            mask.to(device),
            torch.from_numpy(labels).to(device),
            music.to(device) if music is not None else None,
            partner.to(device) if partner is not None else None,
            songs,
        )

    def padded_lyrics(self, songs: NDArray[np.int64]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return ids (songs, positions) of lyrics, and 1 where they are none of the padding."""
        lyrics = pad(self.lyrics.take(songs))
        return torch.from_numpy(lyrics), torch.from_numpy((lyrics != PAD).astype(np.int64))


def pad(rows: Sequences, width: int | None = None) -> NDArray[np.int64]:
    """Return ids (rows, positions), padded to the longest or to `width`."""
    lengths = np.diff(rows.offsets)
    ids = np.full((len(rows), max(width or 0, int(lengths.max(initial=1)))), PAD, np.int64)
    ids[np.arange(ids.shape[1]) < lengths[:, None]] = rows.values
    return ids


def by_length(lengths: NDArray[np.int64], batch_size: int) -> Iterator[NDArray[np.int64]]:
    """Yield the places of items, those of like length together, so that little is padded."""
    order = np.argsort(lengths, kind="stable")
    yield from (order[at : at + batch_size] for at in range(0, len(order), batch_size))


def derangement(n: int, seed: int) -> NDArray[np.int64]:
    """Return place → another place, for two or more; with one, its own."""
    order = np.random.default_rng(seed).permutation(n)
    partner = np.empty(n, np.int64)
    partner[order] = np.roll(order, 1)
    return partner
