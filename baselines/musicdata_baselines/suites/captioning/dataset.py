"""Reads a workspace or a release as songs with lyrics, captions, what an ear heard, and facts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.definitions.arrow import strings
from musicdata.definitions.contract import introduced_by
from musicdata.definitions.splits import SPLITS
from musicdata.errors import InputError
from musicdata_baselines.columns import samples_column
from musicdata_baselines.suites.captioning.hearing import ENOUGH, Heard, read_heard
from musicdata_baselines.suites.captioning.results import ARTIST, GROUPED, Variant
from musicdata_baselines.suites.captioning.settings import FULL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.captioning.settings import CaptioningSettings

RIGHTS = "rights"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is, without reading a word.

    Attributes:
        n_samples: split → songs; `n_groups` split → groups.
        tables: digest of every table that the suite reads.
    """

    n_samples: dict[str, int]
    n_groups: dict[str, int]
    tables: dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Captions:
    """Captions in order of song and id, all (captions,).

    Attributes:
        song: number of the song.
        texts: words.
        row_split: split when captions are placed one by one; None where the recipe names none.
        members: variant → whether a caption is in it; without the variants that are empty in every row.
    """

    song: NDArray[np.int64]
    texts: list[str]
    row_split: NDArray[np.str_] | None
    members: dict[str, NDArray[np.bool_]]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of a song: the value, and where it can be known from: ``lyrics``, ``audio`` or ``both``."""

    value: str
    heard_in: str


@dataclass(frozen=True, slots=True, eq=False)
class CaptionSet:
    """Songs with captions in order of id, all (songs,).

    Attributes:
        ids: of the songs.
        lyrics: words; "" for none.
        groups: of songs that may not be parted.
        splits: scheme → ``train``, ``valid`` or ``test``.
        official: whether a song is of a test split that others use.
        captions: of the songs.
        heard: what the ear heard; None where nothing did.
        facts: song → fact → what is known.
        may_show: whether every caption and every song's words may be handed on.
        n_left_out: what was left out → how many.
    """

    ids: NDArray[np.str_]
    lyrics: list[str]
    groups: NDArray[np.str_]
    splits: dict[str, NDArray[np.str_]]
    official: NDArray[np.bool_]
    captions: Captions
    heard: Heard | None
    facts: list[dict[str, Fact]]
    may_show: bool
    n_left_out: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)


def sizes(work: TableSource, settings: CaptioningSettings) -> Sizes:
    """Count songs and groups of each split."""
    home = introduced_by(work)
    table = work.table(home, ["split", "group_id"])
    split, groups = np.array(strings(table.column("split"))), np.array(strings(table.column("group_id")))
    read = {name.partition(".")[0] for name in settings.columns()} | {home}
    return Sizes(
        n_samples={name: int((split == name).sum()) for name in SPLITS},
        n_groups={name: len(np.unique(groups[split == name])) for name in SPLITS},
        tables={name: work.digest(name) for name in sorted(read)},
    )


def read(work: TableSource, settings: CaptioningSettings) -> CaptionSet:
    """Read what a recipe names. Songs without captions are left out, as are captions without words.

    Raises:
        InputError: no song has a caption.
    """
    home = introduced_by(work)
    known = np.array(sorted(strings(work.table(home, ["sample_id"]).column("sample_id"))), dtype=np.str_)
    captions, n_empty = _captions(work, settings, known)
    has_captions = np.bincount(captions.song, minlength=len(known)) > 0
    if not has_captions.any():
        raise InputError(f"{work.root}: no song has a caption ({settings.captions}): there is nothing to learn from")
    kept = np.flatnonzero(has_captions)
    ids = known[kept]
    heard = read_heard(work, settings, ids)
    official = samples_column(work, settings.official_test, ids) if settings.official_test else [False] * len(ids)
    return CaptionSet(
        ids=ids,
        lyrics=[text or "" for text in samples_column(work, settings.lyrics, ids)],
        groups=_texts(work, f"{home}.group_id", ids),
        splits=_splits(work, settings, home, ids),
        official=np.array([bool(one) for one in official], dtype=bool),
        captions=_renumbered(captions, kept, len(known)),
        heard=heard,
        facts=_facts(work, settings.facts, ids),
        may_show=_may_show(work, {settings.lyrics, settings.captions}),
        n_left_out={"songs without captions": len(known) - len(ids), "captions without words": n_empty},
    )


def _splits(
    work: TableSource, settings: CaptioningSettings, home: str, ids: NDArray[np.str_]
) -> dict[str, NDArray[np.str_]]:
    paths = {GROUPED: f"{home}.split", ARTIST: settings.artist_split}
    return {scheme: _texts(work, path, ids) for scheme, path in paths.items() if path}


def _texts(work: TableSource, path: str, ids: NDArray[np.str_]) -> NDArray[np.str_]:
    return np.array([value if value is not None else "" for value in samples_column(work, path, ids)], dtype=np.str_)


def _captions(work: TableSource, settings: CaptioningSettings, ids: NDArray[np.str_]) -> tuple[Captions, int]:
    """Return the captions of songs, in order of song and caption, and how many had no words."""
    name, text = settings.captions.split(".")
    number = work.contract(name).key[1]
    number_of = {sample_id: place for place, sample_id in enumerate(ids.tolist())}
    named = [settings.row_split, *settings.variants.values()]
    beside = [column.partition(".")[2] for column in named if column.partition(".")[0] == name]
    parts = [
        _Part.of(rows, number, text, number_of) for rows in work.iterate(name, ["sample_id", number, text, *beside])
    ]
    song = np.concatenate([np.empty(0, np.int64), *(part.song for part in parts)])
    keys = [key for part in parts for key in part.keys]
    order = sorted(np.flatnonzero(song >= 0).tolist(), key=lambda row: (int(song[row]), keys[row]))
    texts = [text for part in parts for text in part.texts]
    order = [row for row in order if (texts[row] or "").strip()]
    values = {column: [one for part in parts for one in part.beside[column]] for column in beside}
    split = settings.row_split.partition(".")[2]
    return Captions(
        song=song[order],
        texts=[str(texts[row]) for row in order],
        row_split=np.array([values[split][row] for row in order], dtype=np.str_) if split in values else None,
        members=_members(settings.variants, values, order),
    ), len(texts) - len(order)


def _members(
    variants: Mapping[str, str], values: Mapping[str, list[Any]], order: list[int]
) -> dict[str, NDArray[np.bool_]]:
    """Return variant → whether each caption is in it; one that no row tells anything of is none."""
    found = {}
    for name, path in variants.items():
        told = [values[path.partition(".")[2]][row] for row in order]
        if name == FULL or any(one is not None for one in told):
            found[name] = np.array([bool(one) for one in told], dtype=bool)
    return found or {FULL: np.ones(len(order), bool)}


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of the table of captions: number of the song (−1 for one that is not there), and columns."""

    song: NDArray[np.int64]
    keys: list[Any]
    texts: list[str | None]
    beside: dict[str, list[Any]]

    @classmethod
    def of(cls, rows: pa.Table, number: str, text: str, number_of: Mapping[str, int]) -> _Part:
        found = (number_of.get(sample_id, -1) for sample_id in strings(rows.column("sample_id")))
        others = [name for name in rows.column_names if name not in {"sample_id", number, text}]
        return cls(
            np.fromiter(found, np.int64, len(rows)),
            rows.column(number).to_pylist(),
            rows.column(text).to_pylist(),
            {name: rows.column(name).to_pylist() for name in others},
        )


def _renumbered(captions: Captions, kept: NDArray[np.int64], n: int) -> Captions:
    """Return the captions with the numbers that songs have once some are left out."""
    place = np.full(n, -1, np.int64)
    place[kept] = np.arange(len(kept))
    return Captions(place[captions.song], captions.texts, captions.row_split, captions.members)


def _facts(work: TableSource, path: str, ids: NDArray[np.str_]) -> list[dict[str, Fact]]:
    """Return of each song fact → what is known of it."""
    found: list[dict[str, Fact]] = [{} for _ in ids]
    if not path:
        return found
    name, column = path.split(".")
    number_of = {sample_id: place for place, sample_id in enumerate(ids.tolist())}
    for row in work.rows(name, columns=["sample_id", "fact", column, "heard_in"]):
        place = number_of.get(row["sample_id"], -1)
        if place >= 0 and row[column]:
            found[place][row["fact"]] = Fact(str(row[column]), str(row["heard_in"]))
    return found


def _may_show(work: TableSource, columns: set[str]) -> bool:
    """Say whether the words of every song and caption may be handed on; where nothing says so, they may not."""
    if RIGHTS not in work.tables:
        return False
    wanted = set()
    for path in columns:
        name, _, column = path.partition(".")
        wanted.add(work.contract(name).column(column).content_of)
    table = work.table(RIGHTS, ["modality", "may_redistribute"])
    rows = zip(strings(table.column("modality")), table.column("may_redistribute").to_pylist(), strict=True)
    told = [(modality, bool(may)) for modality, may in rows if modality in wanted]
    return wanted == {modality for modality, _ in told} and all(may for _, may in told)


def with_sound(data: CaptionSet) -> CaptionSet:
    """Return the songs that were heard, if they are `ENOUGH`; otherwise all of them, without sound.

    Systems are compared on the same songs, so that those without sound cannot be had beside those with it.
    """
    if data.heard is None or data.heard.there.all():
        return data
    n = int((~data.heard.there).sum())
    if data.heard.there.mean() < ENOUGH:
        few = {"recordings of fewer than half of the songs": len(data) - n}
        return replace(data, heard=None, n_left_out=data.n_left_out | few)
    kept = np.flatnonzero(data.heard.there)
    place = np.full(len(data), -1, np.int64)
    place[kept] = np.arange(len(kept))
    rows = np.flatnonzero(place[data.captions.song] >= 0)
    captions = Captions(
        place[data.captions.song[rows]],
        [data.captions.texts[row] for row in rows.tolist()],
        None if data.captions.row_split is None else data.captions.row_split[rows],
        {name: there[rows] for name, there in data.captions.members.items()},
    )
    return CaptionSet(
        ids=data.ids[kept],
        lyrics=[data.lyrics[row] for row in kept.tolist()],
        groups=data.groups[kept],
        splits={scheme: split[kept] for scheme, split in data.splits.items()},
        official=data.official[kept],
        captions=captions,
        heard=replace(data.heard, tokens=data.heard.tokens[kept], there=data.heard.there[kept]),
        facts=[data.facts[row] for row in kept.tolist()],
        may_show=data.may_show,
        n_left_out=data.n_left_out | {"songs without sound": n},
    )


def variants(data: CaptionSet, settings: CaptioningSettings) -> Iterator[Variant]:
    """Yield each variant in the recipe's order, with the captions of valid and test that it lacks."""
    split = data.splits[GROUPED][data.captions.song]
    for name in settings.variants or (FULL,):
        if (there := data.captions.members.get(name)) is not None:
            learned = (split == "train") & there
            yield Variant(
                name=name,
                n_train=int(learned.sum()),
                n_songs=len(np.unique(data.captions.song[learned])),
                n_outside=int(((split != "train") & ~there).sum()),
            )
