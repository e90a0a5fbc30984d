"""Entries of lists that are one recording, and recordings that belong together."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from musicdata.sources import recordings
from musicdata.sources.recordings import Listing


def entry(
    title: str = "Song", artist: str = "Singer", place: str = "sad/0001", position: int = 0, **more: Any
) -> Listing:
    told: dict[str, Any] = {
        "spotify_id": None,
        "isrc": None,
        "artists": artist,
        "album": "",
        "release_date": None,
        "duration_s": 200.0,
    }
    told |= {"explicit": None, "popularity": None, "mode": "import", "mood": place.partition("/")[0]} | more
    return Listing(playlist_key=place, position=position, title=title, artist=artist, **told)


def n_recordings(*entries: Listing) -> int:
    return len(recordings.merge(entries))


def test_an_isrc_or_an_id_or_a_name_makes_two_entries_one() -> None:
    assert n_recordings(entry("A", isrc="USABC1700001"), entry("B", isrc="USABC1700001")) == 1
    assert n_recordings(entry("A", spotify_id="1"), entry("B", spotify_id="1")) == 1
    assert (
        n_recordings(entry("Déjà Vu", "Beyoncé"), entry("Deja Vu (feat. JAY-Z)", "BEYONCE", isrc="USABC1700001")) == 1
    )
    assert n_recordings(entry("Song"), entry("Song - Remastered 2011")) == 1
    assert n_recordings(entry("Song"), entry("Song - Live at Wembley")) == 2
    assert n_recordings(entry("Song - Live in Rome"), entry("Song (Acoustic)")) == 2
    assert n_recordings(entry("Song", "A"), entry("Song", "B")) == 2


def test_what_stands_for_a_recording_does_not_depend_on_the_order() -> None:
    entries = [
        entry("Song", isrc="USABC1700001", popularity=10, place="sad/0001"),
        entry("Song - Remaster", isrc="USABC1700002", popularity=60, place="sad/0002", position=4),
        entry("Song", place="happy/0003", position=9),
    ]
    found = [recordings.merge(order) for order in permutations(entries)]
    assert all(one == found[0] for one in found)
    (recording,) = found[0]
    assert recording.sample_id == recordings.sample_id(entries[1])
    assert recording.popularity == 60
    assert sorted(recording.merged_ids) == sorted(recordings.sample_id(e) for e in (entries[0], entries[2]))
    assert recording.moods["sad"] == recordings.Placed(2, 0, 1)
    assert recording.moods["happy"] == recordings.Placed(1, 9, 3)


def test_a_playlist_with_a_track_twice_counts_once() -> None:
    (recording,) = recordings.merge([entry(position=1), entry("Song (Remastered)", position=5)])
    assert recording.moods["sad"].n_playlists == 1


def test_the_id_is_the_isrcs_or_else_the_names() -> None:
    assert recordings.sample_id(entry(isrc="USABC1700001")) == recordings.sample_id(
        entry("X", "Y", isrc="USABC1700001")
    )
    assert recordings.sample_id(entry("Déjà Vu")) == recordings.sample_id(entry("deja vu"))
    assert len({recordings.sample_id(entry(title)) for title in ("Song", "Song - Live", "song!")}) == 2


def groups(*artists: str, first_only: bool = False) -> list[str]:
    entries = [entry(f"Song {n}", names.split("; ")[0], artists=names) for n, names in enumerate(artists)]
    found = {recording.best.title: recording for recording in recordings.merge(entries)}
    return recordings.artist_groups([found[e.title] for e in entries], first_only=first_only)


def test_tracks_that_share_an_artist_through_others_are_one_group() -> None:
    one, two, three, four = groups("A", "B; A", "c; B", "D")
    assert one == two == three != four
    assert groups("C", "b; á")[1] == groups("A")[0]
    one, two, three = groups("A", "B; A", "B", first_only=True)
    assert one != two == three


def test_nobody_keeps_nothing_together() -> None:
    one, two, three = groups("A; Various Artists", "Various Artists; B", "Various Artists")
    assert len({one, two, three}) == 3


def test_whichever_way_a_credit_of_a_file_is_read_its_artists_are_in_one_group() -> None:
    joined = ["Ann Alpha, Bob Beta", "Ann Alpha,Bob Beta", "Ann Alpha & Bob Beta", "Ann Alpha feat. Bob Beta"]
    joined += ["Ann Alpha x Bob Beta", "Ann Alpha and Bob Beta", "Bob Beta / Ann Alpha", "Ann Alpha (feat. Bob Beta)"]
    joined += ["Ann Alpha, Bob Beta & Cid Gamma", "Cid Gamma vs. Bob Beta, Ann Alpha", "Ann Alpha | Bob Beta"]
    for credit in joined:
        ann, both, bob, other = groups("Ann Alpha", credit, "Bob Beta", "Dot Delta")
        assert ann == both == bob != other, credit
    maker, whole = groups("Tyler, The Maker", "tyler the maker")
    assert maker == whole
    assert groups("10,000 Makers")[0] == groups("10.000 makers")[0]


def test_company_is_nobody() -> None:
    one, two = groups("Ann Alpha & Friends", "Bob Beta & Friends")
    assert one != two


def test_artists_that_a_service_names_are_not_taken_apart() -> None:
    entries = [entry("A", "Earth, Wind & Fire", mode="playlists-api"), entry("B", "Earth", mode="playlists-api")]
    one, two = recordings.artist_groups(recordings.merge(entries))
    assert one != two


def test_guests_that_only_one_of_a_recordings_entries_names_count() -> None:
    entries = [
        entry("Song", "Ann", popularity=50),
        entry("Song", "Ann", artists="Ann; Bob", popularity=10, place="sad/0002"),
        entry("Other", "Bob"),
    ]
    one, two = recordings.artist_groups(recordings.merge(entries))
    assert one == two


def test_one_song_in_the_lists_of_two_exporters_is_one_recording() -> None:
    apart = entry("Two Sing", "Ann Alpha", artists="Ann Alpha; Bob Beta", isrc="USABC1700001")
    for credit in ("Ann Alpha, Bob Beta", "Ann Alpha & Bob Beta", "Ann Alpha,Bob Beta", "ANN ALPHA feat. Bob Beta"):
        assert n_recordings(apart, entry("Two sing", credit, place="sad/0002")) == 1, credit
    assert n_recordings(apart, entry("Two Sing", "Bob Beta, Cid Gamma", place="sad/0002")) == 2
    band = entry("Boogie", "Sun, Rain & Thunder", artists="Sun, Rain & Thunder; The Feelings")
    assert n_recordings(band, entry("Boogie", "Sun, Rain & Thunder, The Feelings", place="sad/0002")) == 1
