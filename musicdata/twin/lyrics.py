"""Speaks as Musixmatch and LRCLIB do, each of what it holds of a track."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from musicdata.twin.exchange import Asked, Reply, Target, whole_number
from musicdata.twin.track import Held, Track

if TYPE_CHECKING:
    from musicdata.twin.population import Population

_METHODS = ("matcher.lyrics.get", "track.lyrics.get", "matcher.track.get", "track.get")
_TOLD_BY = ("track_isrc", "commontrack_id", "track_id", "q_track")
_ID_OFFSET = 6_000_000
_KEPT = 0.3  # of the lines, in what the free plan of Musixmatch gave
_TAIL = "...\n\n******* This Lyrics is NOT for Commercial use *******\n(1409623757107)"
_NOTICE = "Lyrics powered by www.musixmatch.com."
_ONLY = f"{_NOTICE} This Lyrics is NOT for Commercial use and only 30% of the lyrics are returned."
_LANGUAGES = {"en": "English", "es": "Spanish", "de": "German", "fr": "French"}
_WITHIN_S = 2.0
_MOST_FOUND = 20
_LONGEST_S = 3600.0


class Names:
    """Finds tracks by artist and title, without regard to case; the first listing of several alike."""

    def __init__(self, population: Population) -> None:
        self._population = population

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], list[Track]]:
        by_name: dict[tuple[str, str], list[Track]] = {}
        for track in self._population.tracks:
            by_name.setdefault((track.artist.casefold(), track.title.casefold()), []).append(track)
        return by_name

    def find(self, artist: str, title: str) -> list[Track]:
        """Return every listing of that name."""
        return self._by_name.get((artist.strip().casefold(), title.strip().casefold()), [])


class Musixmatch:
    """Answers for Musixmatch: HTTP status 200 throughout, the real one inside the body."""

    def __init__(self, population: Population, key: str, names: Names) -> None:
        self._population = population
        self._key = key
        self._names = names

    def answer(self, asked: Asked) -> Reply:
        """Answer a request."""
        method = asked.path.rpartition("/")[2]
        if status := self._refuse(asked, method):
            return musixmatch_says(status)
        track = self._find(asked)
        if track is None:
            return musixmatch_says(404)
        target = Target("fetch_lyrics", track.sample_id)
        if track.musixmatch is Held.MISSING:
            return musixmatch_says(404, target=target)
        if method.endswith("lyrics.get"):
            return musixmatch_says(200, {"lyrics": self._lyrics(track)}, target)
        return musixmatch_says(200, {"track": _facts(track)}, target)

    def _refuse(self, asked: Asked, method: str) -> int | None:
        if asked.query.get("apikey") != self._key:
            return 401
        if method not in _METHODS:
            return 405
        return None if any(asked.query.get(name) for name in _TOLD_BY) else 400

    def _find(self, asked: Asked) -> Track | None:
        if isrc := asked.query.get("track_isrc"):
            return self._population.by_isrc.get(isrc)
        number = asked.query.get("commontrack_id") or asked.query.get("track_id")
        if number:
            index = (whole_number(number, 0) or 0) - _ID_OFFSET
            return self._population.tracks[index] if 0 <= index < len(self._population.tracks) else None
        return next(iter(self._names.find(asked.query.get("q_artist", ""), asked.query.get("q_track", ""))), None)

    def _lyrics(self, track: Track) -> dict[str, Any]:
        held = track.musixmatch
        text = ""
        if held in (Held.FULL, Held.TRUNCATED):
            text = self._population.lyrics(track)
        if held is Held.TRUNCATED:
            lines = text.splitlines()
            text = "\n".join(lines[: max(1, round(_KEPT * len(lines)))]) + f"\n{_TAIL}"
        number = _ID_OFFSET + track.index
        tracking = f"https://tracking.example/t1.0/{number}"
        return {
            "lyrics_id": number,
            "can_edit": 0,
            "locked": 0,
            "verified": 0,
            "restricted": int(held is Held.RESTRICTED),
            "instrumental": int(held is Held.INSTRUMENTAL),
            "explicit": int(track.explicit),
            "lyrics_body": text,
            "lyrics_language": track.language,
            "lyrics_language_description": _LANGUAGES[track.language],
            "script_tracking_url": tracking,
            "pixel_tracking_url": tracking,
            "html_tracking_url": tracking,
            "lyrics_copyright": _ONLY if held is Held.TRUNCATED else _NOTICE,
            "backlink_url": f"https://www.musixmatch.com/lyrics/{number}",
            "writer_list": [],
            "publisher_list": [],
            "updated_time": "2026-01-01T00:00:00Z",
        }


def musixmatch_says(status: int, body: Any = None, target: Target | None = None) -> Reply:
    """Return an answer in Musixmatch's envelope; a failure's body is an empty list."""
    header = {"status_code": status, "execute_time": 0.017}
    return Reply(payload={"message": {"header": header, "body": [] if body is None else body}}, target=target)


def _facts(track: Track) -> dict[str, Any]:
    number = _ID_OFFSET + track.index
    return {
        "track_id": number,
        "commontrack_id": number,
        "track_isrc": track.isrc,
        "commontrack_isrcs": [[track.isrc]] if track.isrc else [],
        "track_spotify_id": track.spotify_id,
        "track_name": track.title,
        "track_rating": track.popularity,
        "track_length": round(track.duration_s),
        "instrumental": int(track.musixmatch is Held.INSTRUMENTAL),
        "explicit": int(track.explicit),
        "restricted": int(track.musixmatch is Held.RESTRICTED),
        "has_lyrics": int(track.musixmatch in (Held.FULL, Held.TRUNCATED)),
        "has_subtitles": 0,
        "has_richsync": 0,
        "num_favourite": 0,
        "album_id": number,
        "album_name": track.album,
        "artist_id": number,
        "artist_name": track.artist,
        "updated_time": "2026-01-01T00:00:00Z",
    }


class Lrclib:
    """Answers for LRCLIB."""

    def __init__(self, population: Population, names: Names) -> None:
        self._population = population
        self._names = names

    def answer(self, asked: Asked) -> Reply:
        """Answer a request."""
        match asked.path.strip("/").split("/"):
            case ["api", "get"]:
                return self._get(asked)
            case ["api", "get", number]:
                index = whole_number(number, 0)
                tracks = self._population.tracks
                if index is None or not 1 <= index <= len(tracks):
                    return not_found()
                return self._entry_or_404(tracks[index - 1])
            case ["api", "search"]:
                return self._search(asked)
        return not_found()

    def _get(self, asked: Asked) -> Reply:
        title, artist = asked.query.get("track_name", "").strip(), asked.query.get("artist_name", "").strip()
        if not title or not artist:
            return _not_valid("track_name and artist_name are needed")
        try:
            duration_s = float(asked.query["duration"]) if asked.query.get("duration") else None
        except ValueError:
            return _not_valid("duration is not a number")
        if duration_s is not None and not 1 <= duration_s <= _LONGEST_S:
            return _not_valid("duration is not between 1 and 3600")
        tracks = self._names.find(artist, title)
        target = Target("fetch_lyrics", tracks[0].sample_id) if tracks else None
        album = asked.query.get("album_name", "").strip().casefold()
        for track in tracks:
            close = duration_s is None or abs(track.duration_s - duration_s) <= _WITHIN_S
            if close and (not album or track.album.casefold() == album):
                return self._entry_or_404(track)
        return not_found(target)

    def _search(self, asked: Asked) -> Reply:
        tracks = self._names.find(asked.query.get("artist_name", ""), asked.query.get("track_name", ""))
        entries = [self._entry(track) for track in tracks if track.lrclib is not Held.MISSING]
        target = Target("fetch_lyrics", tracks[0].sample_id) if tracks else None
        return Reply(payload=entries[:_MOST_FOUND], target=target)

    def _entry_or_404(self, track: Track) -> Reply:
        target = Target("fetch_lyrics", track.sample_id)
        if track.lrclib is Held.MISSING:
            return not_found(target)
        return Reply(payload=self._entry(track), target=target)

    def _entry(self, track: Track) -> dict[str, Any]:
        sings = track.lrclib in (Held.FULL, Held.PLAIN)
        return {
            "id": track.index + 1,
            "name": track.title,
            "trackName": track.title,
            "artistName": track.artist,
            "albumName": track.album,
            "duration": round(track.duration_s, 2),
            "instrumental": track.lrclib is Held.INSTRUMENTAL,
            "plainLyrics": self._population.lyrics(track) if sings else None,
            "syncedLyrics": self._synced(track) if track.lrclib is Held.FULL else None,
        }

    def _synced(self, track: Track) -> str:
        """Return the lines with the time at which each begins, evenly over the track."""
        lines = [line for _, lines in self._population.words(track) for line in lines]
        step_s = track.duration_s / (len(lines) + 2)
        return "\n".join(f"[{_clock(step_s * (1 + number))}] {line}" for number, line in enumerate(lines))


def _clock(at_s: float) -> str:
    minutes, hundredths = divmod(round(at_s * 100), 6000)
    return f"{minutes:02d}:{hundredths // 100:02d}.{hundredths % 100:02d}"


def not_found(target: Target | None = None) -> Reply:
    """Return LRCLIB's answer for a track that it does not know."""
    payload = {"message": "Failed to find specified track", "name": "TrackNotFound", "statusCode": 404}
    return Reply(404, payload, target=target)


def _not_valid(message: str) -> Reply:
    return Reply(400, {"message": message, "name": "ValidationError", "statusCode": 400})
