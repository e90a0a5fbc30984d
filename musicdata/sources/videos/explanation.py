"""What of a video's title a song explains.

Explained are the song's title, its artists, the guests and versions that the song itself speaks of, its album in a
segment of its own, and words that say nothing of the recording (`title_words`). What is left over is a reason for a
person to look: it may be another language, another singer, another song. Spellings are compared by rule, not by
likeness (`title_reading`): "Love Me" is not "Love Me Not".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from musicdata.music.text import scripts
from musicdata.music.text.names import artist_names, title_parts, version_words
from musicdata.sources.videos import title_words
from musicdata.sources.videos.title_reading import (
    Name,
    Reading,
    Word,
    by_segment,
    joined,
    letters_apart,
    mark,
    readings,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OF_CHANNEL_NAME = re.compile(
    r"\s+-\s+topic$|\s*vevo$|\s+(?:official(?: (?:artist |youtube )?channel)?|oficial|officiel|offiziell)$"
    r"|\s+(?:tv|music|band|channel)$|^official\s+|(?<=\w)official$|^official(?=\w)",
    re.IGNORECASE,
)
_GUESTS = re.compile(r"[(\[]\s*(?:feat|ft|with)\b[^)\]]*[)\]]|\s(?:feat|ft)\b.*?(?=\s-\s|[(\[]|$)", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_MOST_WORDS_OF_ALIAS, _MOST_LETTERS_OF_ALIAS = 4, 14
_ASIAN = frozenset({scripts.HAN, scripts.KANA, scripts.HANGUL})
_NO_LATIN = frozenset({scripts.HAN, *scripts.SPELLED})


@dataclass(frozen=True, slots=True)
class Song:
    """The recording that is wanted.

    Attributes:
        artist: the first; `artists` are all of them, joined by "; ".
        title: with its versions and guests.
        duration_s: None if it is not known.
        album: that it is on, if that is known.
        explicit: whether it is marked so; None if it is not known.
    """

    artist: str
    artists: str
    title: str
    duration_s: float | None
    album: str = ""
    explicit: bool | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a search tells of a video."""

    title: str
    channel: str
    description: str
    duration_s: float | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a song explains of a video.

    Attributes:
        has_title: the video's title has the song's, word by word.
        has_artist: one of the song's artists stands in the title, or the channel is theirs.
        across_scripts: other letters than Latin ones, or two scripts, had to be compared.
        left: words of the title that nothing explains.
        lacks: words of the song's title that the video's lacks, where they tell one version from another.
        channel: words of the channel's name that the song's artists do not explain; "" where the channel is theirs.
        performs: the channel is one of whoever performs there, and that is somebody else.
    """

    has_title: bool
    has_artist: bool
    across_scripts: bool
    left: tuple[str, ...]
    lacks: tuple[str, ...]
    channel: str
    performs: bool

    @property
    def is_whole(self) -> bool:
        """Say whether the title is the song's and the artist's names, and nothing that is not explained."""
        return self.has_title and self.has_artist and not self.left

    @property
    def order(self) -> tuple[bool, bool, int, int]:
        """Return what readings of one title are ordered by, the best first."""
        return not self.has_title, not self.has_artist, len(self.left), len(self.lacks)


def explained(song: Song, candidate: Candidate) -> Explanation:
    """Return what the song explains of the video, by the reading that explains most."""
    texts = " ".join([song.title, song.artist, song.artists, candidate.title, candidate.channel])
    return min((_read(song, candidate, reading) for reading in readings(texts)), key=lambda one: one.order)


def _read(song: Song, candidate: Candidate, reading: Reading) -> Explanation:
    """Explain a video's title in one way of reading."""
    core = title_parts(song.title)[0]
    words, title = reading.title(candidate.title), reading.name(core, "title")
    artists = [name for name in (reading.name(name, "artist") for name in _artists(song)) if name.forms]
    channel = _Channel(candidate, reading, artists)
    for name in sorted([*artists, *channel.aliases, title], key=lambda name: -len(name.forms)):
        if name.forms:
            mark(words, name)
    kinds = {word.by for word in words}
    is_self_titled = "artist" in kinds and any(title.forms == name.forms for name in artists)
    _mark_own_words(song, words, reading, title)
    _mark_whole_segments(words, [reading.forms(song.album), channel.label])
    _mark_aliases(words, trusted=channel.is_own or bool(channel.label))
    _mark_neutral(words, is_version=bool(version_words(candidate.title) - {"remaster"}))
    _mark_joints(words, own=channel.is_own)
    shown = {word.form for word in words}
    return Explanation(
        has_title="title" in kinds or is_self_titled,
        has_artist=channel.is_own or "artist" in kinds,
        across_scripts=bool(scripts.scripts_of(f"{core} {song.artist} {candidate.title}") & _NO_LATIN),
        left=tuple(word.plain for word in words if not word.by and any(map(str.isalnum, word.plain))),
        lacks=tuple(word for word in _needed(song, title, reading) if word not in shown),
        channel=channel.rest,
        performs=channel.performs,
    )


def _artists(song: Song) -> list[str]:
    credited = [song.artist, *song.artists.split("; ")]
    return list(dict.fromkeys(name for credit in credited for name in [credit, *artist_names(credit)] if name.strip()))


def _needed(song: Song, title: Name, reading: Reading) -> Iterator[str]:
    """Yield the words of a song's title that tell its version from others, where it is one that must be told."""
    if not title_parts(song.title)[1] - {"remaster", "edit"}:
        return
    of_title = list(title.forms)
    for word in reading.words(_GUESTS.sub(" ", song.title)):
        if word.form in of_title:
            of_title.remove(word.form)
        elif word.plain not in title_words.OPTIONAL | title_words.NEUTRAL and not _YEAR.fullmatch(word.plain):
            yield word.form


class _Channel:
    """What a channel's name says: whether it is one of the song's artists', and by which other names.

    Attributes:
        is_own: it is.
        aliases: names of theirs in another script.
        rest: words of the name that the artists do not explain; "" where it is theirs.
        label: the whole name, where it is that of a label.
        performs: somebody else performs there.
    """

    def __init__(self, candidate: Candidate, reading: Reading, artists: Sequence[Name]) -> None:
        bare = candidate.channel.strip()
        for _ in range(2):
            bare = _OF_CHANNEL_NAME.sub("", bare).strip()
        words = reading.words(bare)
        self.is_own = _is_one_of(artists, reading, bare)
        self.aliases: list[Name] = []
        if not self.is_own and _is_credited(artists, reading, candidate.description):
            self.is_own, self.aliases = True, [reading.name(bare, "artist")]
        elif not self.is_own:
            for name in artists:
                mark(words, name)
            rest = [word for word in words if not word.by]
            if len(rest) < len(words) and _is_alias(rest, [word for word in words if word.by]):
                self.is_own, self.aliases = True, [Name("artist", [word.form for word in rest])]
        rest = [] if self.is_own else [word for word in words if not word.by]
        plain = {word.plain for word in rest}
        self.rest = letters_apart(" ".join(word.plain for word in rest))
        self.label = [word.form for word in words] if plain & title_words.OF_LABEL else []
        is_of_performer = bool(rest) and title_words.PERFORMS.search(candidate.channel.strip()) is not None
        self.performs = is_of_performer and not plain & (title_words.OF_LABEL | title_words.NOBODYS)


def _is_one_of(artists: Sequence[Name], reading: Reading, bare: str) -> bool:
    names = {joined(name.forms) for name in artists}
    shown = [joined(reading.forms(name)) for name in [bare, *artist_names(bare)]]
    return any(name in names or name.removeprefix("the") in names for name in shown if name)


def _is_credited(artists: Sequence[Name], reading: Reading, description: str) -> bool:
    """Say whether the description that a distributor gives a video credits one of the artists."""
    _, _, credited = description.partition("·")
    if not credited or "provided to youtube by" not in description.casefold():
        return False
    forms = reading.forms(credited)
    return any(joined(forms[: len(name.forms)]) == joined(name.forms) for name in artists)


def _is_alias(rest: Sequence[Word], named: Sequence[Word]) -> bool:
    """Say whether words may be the name of somebody in another script, beside the name in one."""
    text = " ".join(word.plain for word in rest)
    of_rest, of_name = scripts.scripts_of(text), scripts.scripts_of(" ".join(word.plain for word in named))
    if not of_rest or not of_name or of_rest & of_name or any(word.plain.isdigit() for word in rest):
        return False
    most = _MOST_WORDS_OF_ALIAS if of_rest == {scripts.LATIN} else _MOST_LETTERS_OF_ALIAS
    apart = letters_apart(text)
    return len(apart.split()) <= most and not title_words.NO_NAME.search(apart)


def _mark_own_words(song: Song, words: Sequence[Word], reading: Reading, title: Name) -> None:
    """Mark words of the song's versions and guests, and how it is marked itself."""
    own = set(reading.forms(song.title)) - set(title.forms)
    own |= {"clean", "version"} if song.explicit is False else set()
    for word in words:
        if not word.by and word.form in own:
            word.by = "song"


def _mark_whole_segments(words: Sequence[Word], names: Sequence[list[str]]) -> None:
    for some in by_segment(words):
        if [word.form for word in some] in [name for name in names if name] and not any(word.by for word in some):
            _mark_all(some, "neutral")


def _mark_aliases(words: Sequence[Word], *, trusted: bool) -> None:
    """Mark an artist's name in another script, beside it or in the brackets after it.

    The title's too where the channel is the artist's or a label's, or the artist's name is there in two scripts. Else
    it may be the name of whoever covers the song.
    """
    parts = by_segment(words)
    for place, some in enumerate(parts):
        before = parts[place - 1] if place else []
        trusted = _mark_alias(some, before if some[0].in_brackets else [], "artist") or trusted
    for place, some in enumerate(parts):
        if trusted:
            after = parts[place + 1] if place + 1 < len(parts) else []
            beside = (parts[place - 1] if place else []) if some[0].in_brackets else after
            _mark_alias(some, beside if some[0].in_brackets or (after and after[0].in_brackets) else [], "title")


def _mark_alias(some: Sequence[Word], beside: Sequence[Word], kind: str) -> bool:
    """Mark what may be a name of an artist or a title in another script; say whether there is any."""
    rest = [word for word in some if not word.by and word.plain not in title_words.NEUTRAL]
    named = [word for word in some if word.by == kind]
    if not named and len(rest) == len(some):
        named = [word for word in beside if word.by == kind]
    others = {"title", "artist"} - {kind}
    is_alias = bool(rest and named) and not any(word.by in others for word in some) and _is_alias(rest, named)
    if is_alias:
        _mark_all(rest, "alias")
    return is_alias


def _mark_neutral(words: Sequence[Word], *, is_version: bool) -> None:
    """Mark what says nothing of the recording; a year does in the title of a version."""
    for some in by_segment(words):
        for run in _runs(some, is_version=is_version):
            is_strong = [word.plain in title_words.NEUTRAL for word in run]
            is_phrase = any(is_strong) and _is_phrase(run)
            for place, word in enumerate(run):
                after = run[place + 1].plain if place + 1 < len(run) else ""
                leads = word.plain in title_words.LEADING and after in title_words.NEUTRAL
                is_weak = any(is_strong) and (leads or any(is_strong[:place]) or not _touches_name(word, some))
                is_weak = is_weak and not (word.plain in title_words.OTHER and after in title_words.LYRICS)
                if is_phrase or is_strong[place] or is_weak:
                    word.by = "neutral"
        for stretch in _stretches(some):
            if _is_phrase(stretch):
                _mark_all(stretch, "neutral")
        is_named = any(word.by in ("title", "artist", "alias") for word in some)
        is_year = len(some) == 1 and _YEAR.fullmatch(some[0].plain) is not None
        if not is_named and _is_phrase(some) and not (is_version and is_year):
            _mark_all([word for word in some if not word.by], "neutral")


def _mark_all(words: Sequence[Word], by: str) -> None:
    for word in words:
        word.by = by


def _is_asian(text: str) -> bool:
    written = scripts.scripts_of(text)
    return bool(written) and written <= _ASIAN


def _stretches(some: Sequence[Word]) -> Iterator[list[Word]]:
    """Yield the stretches of Chinese, Japanese or Korean that nothing explains, of two letters at least."""
    for is_asian, group in groupby(some, lambda word: not word.by and _is_asian(word.plain)):
        stretch = list(group)
        if is_asian and len("".join(word.plain for word in stretch)) > 1:
            yield stretch


def _is_phrase(some: Sequence[Word]) -> bool:
    text = letters_apart(" ".join(word.plain for word in some))
    is_neutral = any(pattern.fullmatch(text) for pattern in title_words.PHRASES)
    return is_neutral and not title_words.VERSION.search(text)


def _runs(some: Sequence[Word], *, is_version: bool) -> Iterator[list[Word]]:
    """Yield the stretches of a segment that have no other words than such as may be neutral."""
    run: list[Word] = []
    for word in some:
        fits = word.plain in title_words.NEUTRAL | title_words.WEAK
        if not word.by and (fits or (not is_version and _YEAR.fullmatch(word.plain))):
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _touches_name(word: Word, some: Sequence[Word]) -> bool:
    place = next(number for number, one in enumerate(some) if one is word)
    return any(one.by in ("title", "artist") for one in some[max(0, place - 1) : place + 2])


def _mark_joints(words: Sequence[Word], *, own: bool) -> None:
    """Mark what joins names: "by" before an artist, "feat" before a guest where the artist stands before it."""
    is_led = own
    for place, word in enumerate(words):
        after = next((one.by for one in words[place + 1 :] if one.plain not in title_words.JOINING), "")
        if word.by in ("", "song") and word.plain in title_words.GUESTING:
            word.by = "joint" if is_led and after in ("artist", "alias", "song") else word.by
        elif not word.by and word.plain in title_words.JOINING and after in ("artist", "alias", "song"):
            word.by = "joint"
        is_led = is_led or word.by == "artist"
