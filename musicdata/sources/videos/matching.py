"""Which of the videos that a search found is the recording that is wanted.

Every candidate is measured by length, artist, title and the version that its title speaks of, and gets a verdict with
the reason: `accepted`, `review` for a person to look at, or `rejected`. The chosen one is the accepted one with the
highest score, the first of them in the search's order.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Literal

from musicdata.music.text.names import artist_names, normalised, title_parts, version_words
from musicdata.sources.videos import title_words
from musicdata.sources.videos.explanation import Candidate, Explanation, Song, explained

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Verdict = Literal["accepted", "review", "rejected"]
KINDS = ("topic", "official_audio", "official_video", "lyric_video", "other")
_OF_KIND = {"topic": 1.0, "official_audio": 0.75, "official_video": 0.5, "lyric_video": 0.25, "other": 0.0}
_WEIGHTS = {"title": 0.35, "artist": 0.25, "time": 0.2, "kind": 0.2}
LOOP_S = 1800.0
# Another recording than the one without them. A remaster or "album version" is told by its length, if at all.
_VERSIONS = frozenset(
    {"live", "remix", "acoustic", "instrumental", "karaoke", "cover", "demo", "speed", "rerecorded", "piano"}
    | {"orchestral", "acappella", "reprise", "extended", "version"}
)
_OF_CHANNEL = frozenset({"karaoke", "cover", "instrumental", "speed", "piano"})
_OTHER_WORDS = {
    "reverb": re.compile(r"\breverb\b"),
    "bass_boosted": re.compile(r"\bbass ?boost(?:ed)?\b"),
    "8d": re.compile(r"\b8 ?d(?: audio)?\b"),
    "slowed": re.compile(r"\bslowed\b"),
    "sped_up": re.compile(r"\bs(?:ped|peed) up\b|\bnightcore\b"),
    "loop": re.compile(r"\bloop(?:ed)?\b|\b\d+ ?(?:hours?|hrs?)\b|\bone hour\b"),
    "mashup": re.compile(r"\bmash ?up\b"),
    "reaction": re.compile(r"\breact(?:ion|s|ing)?\b"),
    "lesson": re.compile(r"\b(?:tutorial|lesson|how to play)\b"),
    "teaser": re.compile(r"\b(?:teaser|trailer|snippet|preview)\b"),
    "concert": re.compile(r"\bconcert\b"),
    "karaoke": re.compile(r"\bkaraoke\b"),
    "cover": re.compile(
        r"\b(?:drum|guitar|bass|piano|violin|cello|ukulele|vocal|metal) cover\b|\bcover by\b|\bsung by\b"
    ),
    "minus_one": re.compile(r"\bminus ?one\b|\b(?:drum|bass|guitar)less\b|\bbacking track\b"),
    "8bit": re.compile(r"\b8 ?bit\b|\bchip ?tune\b"),
    "type_beat": re.compile(r"\btype beat\b"),
    "parody": re.compile(r"\bparod(?:y|ie|ia)\b"),
    "ai": re.compile(r"\bai (?:cover|version|generated)\b"),
    "tribute": re.compile(r"\btribute\b|\bstring quartet\b|\blullaby (?:version|rendition)\b|\bmusic box\b"),
}
_CLEAN = re.compile(r"\bclean\b|\bcensored\b|\bbleeped\b|\bno swearing\b")
_EXPLICIT = re.compile(r"\bexplicit\b|\buncensored\b|\bdirty (?:version|edit)\b")
_BETWEEN = re.compile(r"\s[-–—|:~]+\s|:\s|\s[\"“«]|[\"”»](?:\s|$)")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_BY = re.compile(r"\s+by\s+", re.IGNORECASE)
_OF_CHANNEL_NAME = re.compile(r"\s+-\s+topic$|\s*vevo$|\s+official(?: channel)?$|\s+(?:tv|music|band)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is accepted.

    Attributes:
        accept_s: greatest difference of lengths that is accepted; `review_s` that is for a person to look at.
        artist: least similarity of the artist's name, `title` of the title, from 0 to 1.
    """

    accept_s: float = 3.0
    review_s: float = 7.0
    artist: float = 0.7
    title: float = 0.6


@dataclass(frozen=True, slots=True)
class Match:
    """What becomes of a candidate.

    Attributes:
        kind: of the video, one of `KINDS`.
        artist: similarity of the artist's name, `title` of the title, from 0 to 1.
        difference_s: the video's length less the song's; None where one is not known.
        score: from 0 to 1, by which candidates are put in order.
        verdict: with its `reason`; empty when it is accepted.
    """

    kind: str
    artist: float
    title: float
    difference_s: float | None
    score: float
    verdict: Verdict
    reason: str


def match(song: Song, candidate: Candidate, thresholds: Thresholds) -> Match:
    """Measure and judge one candidate."""
    kind = kind_of(candidate)
    explanation = explained(song, candidate)
    across = explanation.across_scripts
    whole = explanation.is_whole
    artist = 1.0 if (across or whole) and explanation.has_artist else round(artist_similarity(song, candidate), 4)
    title = 1.0 if (across or whole) and explanation.has_title else round(title_similarity(song, candidate), 4)
    known = candidate.duration_s is not None and song.duration_s is not None
    difference_s = round((candidate.duration_s or 0) - (song.duration_s or 0), 3) if known else None
    time = 0.0 if difference_s is None else math.exp(-0.1 * abs(difference_s))
    parts = {"title": title, "artist": artist, "time": time, "kind": _OF_KIND[kind]}
    score = round(sum(_WEIGHTS[name] * part for name, part in parts.items()), 4)
    objections = [
        *_objections(song, candidate, thresholds, (artist, title, difference_s)),
        *_doubts(song, candidate, explanation),
    ]
    rejected = [objection for objection in objections if objection[0] == "rejected"]
    verdict, reason = next(iter(rejected or objections), ("accepted", ""))
    return Match(kind, artist, title, difference_s, score, verdict, reason)


def choose(matches: Sequence[Match], *, take_review: bool = False) -> int | None:
    """Return the place of the best candidate; None if none is good enough.

    Args:
        matches: in the search's order.
        take_review: whether one that is for a person to look at is taken where none is accepted.
    """
    for verdict in ("accepted", "review") if take_review else ("accepted",):
        fitting = [place for place, candidate in enumerate(matches) if candidate.verdict == verdict]
        if fitting:
            return max(fitting, key=lambda place: (matches[place].score, -place))
    return None


def _objections(
    song: Song,
    candidate: Candidate,
    thresholds: Thresholds,
    found: tuple[float, float, float | None],
) -> Iterator[tuple[Verdict, str]]:
    """Yield what speaks against a candidate, the strongest first."""
    artist, title, difference_s = found
    if (candidate.duration_s or 0) >= max(LOOP_S, 2 * (song.duration_s or 0)):
        yield "rejected", f"loop: {candidate.duration_s:g} s long"
    if difference_s is not None and abs(difference_s) > thresholds.review_s:
        yield "rejected", f"duration: {difference_s:+g} s"
    if words := version_difference(song, candidate):
        yield "rejected", f"version: {words}"
    if artist < thresholds.artist:
        yield "rejected", f"artist: similarity {artist:.2f}"
    if title < thresholds.title:
        yield "rejected", f"title: similarity {title:.2f}"
    if candidate.duration_s is None:
        yield "rejected", "duration: none told"
    if difference_s is None:
        yield "review", "duration: that of the track is unknown"
    elif abs(difference_s) > thresholds.accept_s:
        yield "review", f"duration: {difference_s:+g} s"


def _doubts(song: Song, candidate: Candidate, explanation: Explanation) -> Iterator[tuple[Verdict, str]]:
    """Yield what of a candidate the song does not explain: each is for a person to look at."""
    if marked := _other_marking(song, candidate):
        yield "rejected" if song.explicit is not None else "review", f"version: {marked}"
    if "edit" in title_parts(candidate.title)[1] - version_words(song.title):
        yield "review", "version: has edit"
    if not explanation.has_title:
        yield "review", f"title: it is not {title_parts(song.title)[0]!r} word by word"
    if explanation.lacks:
        yield "review", f"title: lacks {' '.join(explanation.lacks)!r}"
    if explanation.left:
        yield "review", f"title: nothing explains {' '.join(explanation.left)!r}"
    if not explanation.has_artist:
        yield "review", "artist: alike, and not named"
    if explanation.performs:
        yield "review", f"channel: {explanation.channel!r} is somebody else's"
    if word := title_words.OF_CHANNEL.search(explanation.channel):
        yield "review", f"channel: {word[0]!r} is in its name"


def _other_marking(song: Song, candidate: Candidate) -> str:
    """Return how the video is marked, clean or explicit, if the song is not; "" if it is not or not known."""
    core = title_parts(song.title)[0]
    shown, own = _without(candidate.title, core), _without(song.title, core)
    for name in song.artists.split("; "):
        shown = shown.replace(normalised(name), " ")
    is_clean, is_explicit = (bool(pattern.search(shown)) for pattern in (_CLEAN, _EXPLICIT))
    if is_clean and not is_explicit and song.explicit is not False and not _CLEAN.search(own):
        return "is clean"
    wants_clean = song.explicit is False or bool(_CLEAN.search(own))
    return "is explicit" if is_explicit and not is_clean and wants_clean and not _EXPLICIT.search(own) else ""


def version_difference(song: Song, candidate: Candidate) -> str:
    """Return which versions one of them speaks of and the other does not; "" if none.

    >>> song = Song("Oasis", "Oasis", "Wonderwall", 258.0)
    >>> version_difference(song, Candidate("Oasis - Wonderwall (Live at Wembley)", "x", "", 258.0))
    'has live'
    >>> version_difference(song, Candidate("Wonderwall (Remastered)", "Oasis - Topic", "", 258.0))
    ''
    """
    core, words = title_parts(song.title)
    song_versions = (words & _VERSIONS) | _other_words(_without(song.title, core))
    video_versions = _versions_of(candidate, core)
    extra = video_versions - song_versions - version_words(song.title)
    missing = song_versions - video_versions
    differences = [f"has {' '.join(sorted(extra))}"] if extra else []
    differences += [f"lacks {' '.join(sorted(missing))}"] if missing else []
    return ", ".join(differences)


def _versions_of(candidate: Candidate, core: str) -> frozenset[str]:
    main, words = title_parts(candidate.title)
    plain, name = normalised(main), normalised(core)
    rest = plain.partition(name)[2].strip() if name else ""
    of_channel = version_words(candidate.channel) & _OF_CHANNEL
    return ((words | version_words(rest)) & _VERSIONS) | of_channel | _other_words(_without(candidate.title, core))


def _without(title: str, core: str) -> str:
    """Return a title without the song's name, whose words ("Live and Let Die", "Karaoke Queen") say no version."""
    plain, name = normalised(title), normalised(core)
    return plain.replace(name, " ") if name else plain


def _other_words(plain: str) -> frozenset[str]:
    return frozenset(word for word, pattern in _OTHER_WORDS.items() if pattern.search(plain))


def kind_of(candidate: Candidate) -> str:
    """Return the kind of a video, one of `KINDS`.

    >>> kind_of(Candidate("Hello", "Adele - Topic", "", 295.0))
    'topic'
    >>> kind_of(Candidate("Adele - Hello (Official Music Video)", "AdeleVEVO", "", 366.0))
    'official_video'
    """
    title = normalised(candidate.title)
    if candidate.channel.lower().endswith("- topic") or "provided to youtube by" in candidate.description.lower():
        return "topic"
    if re.search(r"\blyrics?\b", title):
        return "lyric_video"
    if re.search(r"\bofficial audio\b|\baudio$|\baudio only\b", title):
        return "official_audio"
    if re.search(r"\bofficial\b|\bmusic video\b", title) or candidate.channel.lower().endswith("vevo"):
        return "official_video"
    return "other"


def artist_similarity(song: Song, candidate: Candidate) -> float:
    """Return how well channel or title name one of the song's artists, from 0 to 1.

    >>> artist_similarity(Song("Taylor Swift", "", "Style", 231.0), Candidate("Style", "TaylorSwiftVEVO", "", 231.0))
    1.0
    """
    artists = [name for name in (song.artist, *song.artists.split("; ")) if name.strip()]
    channel = _OF_CHANNEL_NAME.sub("", candidate.channel)
    offered = [channel, *artist_names(channel)]
    for piece in _pieces(candidate.title):
        offered += [piece, *artist_names(piece)]
    return max((_ratio(one, other, spaced=False) for one in artists for other in offered), default=0.0)


def title_similarity(song: Song, candidate: Candidate) -> float:
    """Return how alike the song's title and the best part of the video's are, from 0 to 1.

    >>> title_similarity(Song("Adele", "", "Hello", 295.0), Candidate("Adele - Hello (Official Video)", "x", "", 295.0))
    1.0
    """
    title = title_parts(song.title)[0]
    artists = sorted({normalised(name) for name in (song.artist, *song.artists.split("; "))} - {""}, key=len)
    best = 0.0
    for piece in _pieces(candidate.title):
        best = max(best, _ratio(title, piece))
        plain = normalised(piece)
        for artist in artists:
            best = max(best, _ratio(title, plain.removeprefix(artist)), _ratio(title, plain.removesuffix(artist)))
    return best


def _pieces(title: str) -> list[str]:
    """Return a video's title without its versions, whole and cut where artist and title may be apart.

    It is cut with its versions too: a song may be called "Acoustic".
    """
    main = title_parts(title)[0]
    cut = [piece for part in _BETWEEN.split(main) for piece in [part, *_BY.split(part)]]
    rejoined = [_BY.split(main, 1)[0]]
    whole = _BETWEEN.split(_BRACKETS.sub(" ", title))
    return [*(title_parts(piece)[0] for piece in [main, *cut, *rejoined] if piece.strip()), *whole]


def _ratio(one: str, other: str, *, spaced: bool = True) -> float:
    left, right = normalised(one), normalised(other)
    if not spaced:
        left, right = left.replace(" ", ""), right.replace(" ", "")
    if not left or not right:
        return 0.0
    return SequenceMatcher(None, left, right, autojunk=False).ratio()
