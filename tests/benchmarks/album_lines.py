"""Makes up an archive of the size of MARD: albums with re-issues, reviews that editions share, faults.

What the paper counts is kept: 65,566 albums of which 28,053 are mapped to MusicBrainz, 263,525 reviews. Words follow
Zipf's law, with stock phrases among them, so that reviews share what reviews share.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tests import mard

N_ALBUMS, N_REVIEWS, N_MAPPED = 65_566, 263_525, 28_053
_ARTISTS_AN_ALBUM, _REISSUED, _VOCABULARY, _WORDS = 0.4, 0.06, 60_000, 170
_PHRASES = [
    "one of the best albums of all time",
    "i highly recommend this album to anyone",
    "if you like this kind of music",
    "this is a must have for any fan",
    "i bought this cd when it came out",
    "the sound quality is excellent and the",
    "this album is well worth the price",
    "from the first song to the last",
]
_EDITIONS = [" (Remastered)", " [Deluxe Edition]", " - 25th Anniversary Edition", " [Import]", ""]


@dataclass(slots=True)
class MadeUp:
    """What was made up.

    Attributes:
        reissues: album → the album it is a re-issue of.
        sharing: pairs of albums that share a review, equal or nearly so.
    """

    reissues: dict[str, str] = field(default_factory=dict)
    sharing: set[tuple[str, str]] = field(default_factory=set)


def write(path: Path, n_albums: int = N_ALBUMS, n_reviews: int = N_REVIEWS, seed: int = 0) -> MadeUp:
    """Write an archive of so many albums and reviews."""
    rng = np.random.default_rng(seed)
    made = MadeUp()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        albums = _albums(n_albums, rng, made)
        _write_lines(archive, mard.METADATA, [json.dumps(facts) for facts in albums])
        _write_lines(archive, mard.REVIEWS, _reviews(albums, n_reviews, rng, made))
    return made


def _write_lines(archive: zipfile.ZipFile, name: str, texts: list[str]) -> None:
    with archive.open(f"mard/{name}", "w") as file:
        for text in texts:
            file.write(text.encode() + b"\n")


def _albums(n_albums: int, rng: np.random.Generator, made: MadeUp) -> list[dict[str, Any]]:
    words = _vocabulary()
    n_artists = max(1, round(n_albums * _ARTISTS_AN_ALBUM))
    artists = (n_artists * rng.random(n_albums) ** 1.5).astype(int)
    is_mapped = rng.random(n_albums) < N_MAPPED / N_ALBUMS
    albums: list[dict[str, Any]] = []
    for number in rng.permutation(n_albums).tolist():
        artist = int(artists[number]) if rng.random() > 0.05 else -1
        name = "Various Artists" if artist < 0 else f"{words[artist]} {words[artist // 7 + 11]}".title()
        title = " ".join(words[place] for place in rng.integers(0, 5000, 3)).title()
        facts = mard.album(number, title=title, artist=name, brand=name)
        facts["related"] = {"also_bought": [mard.asin(int(n)) for n in rng.integers(0, n_albums, 40)]}
        facts["artist-mbid"] = mard.mbid(artist, 1)
        facts["songs"] = [{"title": title, "mbid": mard.mbid(100 * number + place, 4)} for place in range(12)]
        if albums and rng.random() < _REISSUED:
            first = albums[int(rng.integers(len(albums)))]
            if first["artist"] != "Various Artists":
                edition = _EDITIONS[int(rng.integers(len(_EDITIONS)))]
                facts |= {"title": first["title"] + edition, "artist": first["artist"]}
                facts |= {name: first[name] for name in ("artist-mbid", "release-group-mbid") if name in first}
                made.reissues[facts["amazon-id"]] = first["amazon-id"]
        if not is_mapped[number]:
            facts = {name: value for name, value in facts.items() if name != "songs" and not name.endswith("mbid")}
        albums.append(facts)
    return albums


def _reviews(albums: list[dict[str, Any]], n_reviews: int, rng: np.random.Generator, made: MadeUp) -> list[str]:
    """Return the lines of reviews in no order, some of them broken or said twice."""
    weights = rng.lognormal(0, 1.3, len(albums))
    chosen = rng.choice(len(albums), n_reviews, p=weights / weights.sum())
    reviewers = rng.zipf(1.5, n_reviews) % (n_reviews // 2 + 1)
    texts = _Texts(rng)
    of_album: dict[str, list[dict[str, Any]]] = {}
    lines = []
    for number, place in enumerate(chosen.tolist()):
        asin = albums[place]["amazon-id"]
        text = texts.draw()
        if (first := made.reissues.get(asin)) and of_album.get(first) and rng.random() < 0.5:
            shared = of_album[first][int(rng.integers(len(of_album[first])))]["reviewText"]
            if len(shared.split()) >= 40:
                text = shared if rng.random() < 0.7 else texts.changed(shared)
                made.sharing.add((min(asin, first), max(asin, first)))
        facts = mard.review(number, 0, reviewText=text, reviewerID=f"A{reviewers[number]:013d}") | {"amazon-id": asin}
        of_album.setdefault(asin, []).append(facts)
        lines.append(repr(facts) if number % 5000 == 17 else json.dumps(facts))
        if number % 10_000 == 23:
            lines[-1] = lines[-1][:-40]
    return lines


class _Texts:
    """Draws texts of words that follow Zipf's law, with stock phrases."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._words = np.array(_vocabulary(), dtype=object)
        weights = 1.0 / np.arange(1, _VOCABULARY + 1) ** 1.05
        self._cumulated = np.cumsum(weights / weights.sum())
        self._drawn, self._next = [""], 1

    def _word_run(self, n_words: int) -> list[str]:
        if self._next + n_words > len(self._drawn):
            places = np.searchsorted(self._cumulated, self._rng.random(1_000_000))
            self._drawn, self._next = self._words[np.minimum(places, _VOCABULARY - 1)].tolist(), 0
        self._next += n_words
        return self._drawn[self._next - n_words : self._next]

    def draw(self) -> str:
        n_words = int(np.clip(self._rng.lognormal(np.log(_WORDS) - 0.4, 0.9), 3, 3000))
        run = self._word_run(n_words)
        for place in self._rng.integers(0, n_words, n_words // 60).tolist():
            run[place] = _PHRASES[place % len(_PHRASES)]
        return " ".join(run).capitalize() + "."

    def changed(self, text: str) -> str:
        """Return a text with one in thirty words replaced."""
        return " ".join("another" if self._rng.random() < 1 / 30 else word for word in text.split())


def _vocabulary() -> list[str]:
    """Return words of two to four syllables, the same ones every time."""
    rng = np.random.default_rng(1)
    syllables = [c + v for c in "bdfghklmnprstvz" for v in ("a", "e", "i", "o", "u", "an", "er", "in")]
    words: dict[str, None] = {}
    while len(words) < _VOCABULARY:
        words["".join(syllables[int(n)] for n in rng.integers(0, len(syllables), int(rng.integers(2, 5))))] = None
    return list(words)
