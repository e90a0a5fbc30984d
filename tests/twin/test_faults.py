"""Every fault is what it says: what a client makes of it, how long it lasts, and that healing ends it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from musicdata.errors import UsageError
from musicdata.settings import Secret
from musicdata.system.http import Client, HttpError, Limits, Outcome
from musicdata.twin import Faults, Kind, Population, Twin
from musicdata.twin.exchange import Target
from musicdata.twin.faults import OUTCOME_OF, PAUSING, STAGES
from musicdata.twin.track import Track

POPULATION = Population(400, n_moods=4, clip_s=2.0)
LONG_LISTS = Population(300, n_moods=1, clip_s=2.0)
BY_SAMPLE = {track.sample_id: track for track in reversed(POPULATION.tracks)}


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(Limits(attempts=1, deadline_s=5, max_wait_s=0)) as client:
        yield client


def ask(twin: Twin, client: Client, stage: str, track: Track) -> bytes:
    """Ask what a stage asks about a track: of LRCLIB for lyrics."""
    urls = twin.services().urls
    if stage == "fetch_lyrics":
        asked = {"track_name": track.title, "artist_name": track.artist}
        return client.request("GET", f"{urls['lrclib']}get", params=asked).body
    if stage == "find_videos":
        asked = {"q": f"{track.artist} {track.title}", "n": "5"}
        return client.request("GET", f"{urls['videos']}search", params=asked).body
    name = f"{POPULATION.winner(track)}.{POPULATION.extension(track)}"
    return client.request("GET", f"{urls['videos']}media/{name}").body


def outcome(twin: Twin, client: Client, stage: str, track: Track) -> str:
    """Return how a call ends, as a careful reader of the body would say."""
    try:
        body = ask(twin, client, stage, track)
    except HttpError as error:
        return str(error.outcome)
    if stage == "fetch_clips":
        return "ok" if body[:4] in (b"fLaC", b"OggS") else "invalid"
    try:
        said = json.loads(body)
    except ValueError:
        return "invalid"
    return "ok" if isinstance(said, dict) and ("entries" in said or "plainLyrics" in said) else "invalid"


def struck(faults: Faults, stage: str, kind: Kind) -> tuple[Track, int | None]:
    for target, fault in faults.plan.items():
        track = BY_SAMPLE.get(target.key)
        if target.stage == stage and fault.kind is kind and track and track.lrclib in ("full", "plain"):
            return track, fault.passes_after
    raise AssertionError(f"no {kind} in {stage}")


OF_TRACKS = [
    kind for kind in Kind if kind not in (Kind.QUOTA, Kind.TOKEN_EXPIRED, Kind.REPEATED_PAGE, Kind.ENDLESS_NEXT)
]
CASES = [
    (stage, kind)
    for stage in STAGES[1:]
    for kind in OF_TRACKS
    if not (stage == "fetch_clips" and kind in (Kind.NULL, Kind.WRONG_SHAPE))
]


@pytest.mark.parametrize(("stage", "kind"), CASES)
def test_a_lasting_fault_ends_in_its_class_until_it_is_healed(stage: str, kind: Kind, client: Client) -> None:
    faults = Faults.planted(0.5, seed=3, kinds=[kind], stages=[stage], lasting=1.0, stall_s=0.2)
    with Twin(POPULATION, faults=faults) as twin:
        track, passes_after = struck(faults, stage, kind)
        assert passes_after is None
        assert faults.expected()[stage, track.sample_id] == OUTCOME_OF[kind]
        for _ in range(4):
            assert outcome(twin, client, stage, track) == OUTCOME_OF[kind]
        assert {request.fault for request in twin.requests} == {kind}
        twin.heal()
        assert outcome(twin, client, stage, track) == "ok"
        assert twin.requests[-1].fault == ""


@pytest.mark.parametrize("kind", [kind for kind in OF_TRACKS if OUTCOME_OF[kind] in ("transient", "rate_limited")])
def test_a_passing_fault_passes(kind: Kind, client: Client) -> None:
    faults = Faults.planted(0.5, seed=4, kinds=[kind], stages=["find_videos"], lasting=0.0, stall_s=0.2)
    with Twin(POPULATION, faults=faults) as twin:
        track, passes_after = struck(faults, "find_videos", kind)
        assert passes_after in (1, 2)
        assert faults.expected()["find_videos", track.sample_id] == "ok"
        found = [outcome(twin, client, "find_videos", track) for _ in range(passes_after + 1)]
        assert found == [OUTCOME_OF[kind]] * passes_after + ["ok"]


def test_waits_are_told_as_seconds_as_a_date_or_not_at_all(client: Client) -> None:
    told = {}
    for kind in (Kind.RATE_SECONDS, Kind.RATE_DATE, Kind.RATE_BARE, Kind.UNAVAILABLE_LATER, Kind.UNAVAILABLE):
        faults = Faults.planted(1.0, kinds=[kind], stages=["find_videos"], retry_after_s=7)
        with Twin(POPULATION, faults=faults) as twin, pytest.raises(HttpError) as caught:
            ask(twin, client, "find_videos", struck(faults, "find_videos", kind)[0])
        told[kind] = caught.value.wait_s
    assert told[Kind.RATE_SECONDS] == told[Kind.UNAVAILABLE_LATER] == 7
    assert told[Kind.RATE_DATE] == pytest.approx(7, abs=1.5)
    assert not told[Kind.RATE_BARE]
    assert not told[Kind.UNAVAILABLE]


def test_musixmatch_tells_its_failures_inside_a_success(client: Client) -> None:
    for kind, status in ((Kind.FORBIDDEN, 403), (Kind.NOT_FOUND, 404), (Kind.SERVER_ERROR, 500)):
        faults = Faults.planted(1.0, kinds=[kind], stages=["fetch_lyrics"], lasting=1.0)
        with Twin(POPULATION, faults=faults) as twin:
            track = next(t for t in POPULATION.tracks if t.isrc and Target("fetch_lyrics", t.sample_id) in faults.plan)
            services = twin.services()
            params: dict[str, str | Secret] = {"track_isrc": track.isrc, "apikey": services.keys["MUSIXMATCH_API_KEY"]}
            reply = client.request("GET", f"{services.urls['musixmatch']}track.lyrics.get", params=params)
            assert (reply.status, reply.json()["message"]["header"]["status_code"]) == (200, status)


def spotify_page(twin: Twin, client: Client, playlist_id: str, offset: int = 0, limit: int = 10) -> dict[str, object]:
    """Return a page of a playlist's items, with the user's token, which is always good."""
    headers = {"Authorization": f"Bearer {twin.environment()['SPOTIFY_USER_TOKEN']}"}
    url = f"{twin.services().urls['spotify']}playlists/{playlist_id}/items"
    asked = {"limit": str(limit), "offset": str(offset)}
    page: dict[str, object] = client.request("GET", url, params=asked, headers=headers).json()
    return page


@pytest.mark.parametrize("kind", [Kind.QUOTA, Kind.TOKEN_EXPIRED, Kind.REPEATED_PAGE, Kind.ENDLESS_NEXT])
def test_faults_of_pages(kind: Kind, client: Client) -> None:
    (playlist, *_), *_ = LONG_LISTS.playlists.values()
    faults = Faults.planted(1.0, kinds=[kind], stages=["list_tracks"], lasting=1.0)
    with Twin(LONG_LISTS, faults=faults, owned=1.0) as twin:
        total = len(playlist.entries)
        if kind in (Kind.QUOTA, Kind.TOKEN_EXPIRED):
            with pytest.raises(HttpError) as caught:
                spotify_page(twin, client, playlist.playlist_id)
            assert caught.value.status == (429 if kind is Kind.QUOTA else 401)
            assert ("QUOTA_EXCEEDED" in str(caught.value)) == (kind is Kind.QUOTA)
        if kind is Kind.TOKEN_EXPIRED:
            assert spotify_page(twin, client, playlist.playlist_id)["total"] == total
        if kind is Kind.REPEATED_PAGE:
            first, second = (spotify_page(twin, client, playlist.playlist_id, offset) for offset in (0, 10))
            assert first["items"] == second["items"]
        if kind is Kind.ENDLESS_NEXT:
            last = spotify_page(twin, client, playlist.playlist_id, total + 50)
            assert last["items"] == []
            assert last["next"]
        twin.heal()
        page = spotify_page(twin, client, playlist.playlist_id, total - 1)
        assert (len(page["items"]), page["next"]) == (1, None)  # type: ignore[arg-type]


def test_a_list_of_one_page_has_none_to_repeat() -> None:
    for population, n_struck in ((LONG_LISTS, len(*LONG_LISTS.playlists.values())), (POPULATION, 0)):
        faults = Faults.planted(1.0, kinds=[Kind.REPEATED_PAGE], lasting=1.0)
        faults.bind(population)
        assert Counter(faults.expected().values()) == Counter({"invalid": n_struck} if n_struck else {})


def test_a_token_that_expired_stays_so(client: Client) -> None:
    """The app's token; spotipy is not needed to show it, but its own way to a token is."""
    import requests
    from spotipy.cache_handler import MemoryCacheHandler
    from spotipy.oauth2 import SpotifyClientCredentials

    faults = Faults.planted(1.0, kinds=[Kind.TOKEN_EXPIRED], stages=["list_tracks"])
    with Twin(POPULATION, faults=faults) as twin, requests.Session() as session:
        environment = twin.environment()
        keys = (environment["SPOTIFY_CLIENT_ID"], environment["SPOTIFY_CLIENT_SECRET"])
        sign_in = SpotifyClientCredentials(*keys, requests_session=session, cache_handler=MemoryCacheHandler())
        sign_in.OAUTH_TOKEN_URL = environment["SPOTIFY_TOKEN_URL"]
        token = sign_in.get_access_token(as_dict=False)
        url = f"{environment['SPOTIFY_URL']}playlists/{POPULATION.playlists['angry'][0].playlist_id}/items"

        def status(token: str) -> int:
            return int(session.get(url, headers={"Authorization": f"Bearer {token}"}).status_code)

        assert [status(token), status(token)] == [401, 401]
        assert status(sign_in.get_access_token(as_dict=False, check_cache=False)) == 200


def test_the_share_is_kept_and_all_kinds_are_drawn() -> None:
    population = Population(8000)
    faults = Faults.planted(0.2, seed=1)
    faults.bind(population)
    stages = Counter(target.stage for target in faults.plan)
    assert set(stages) == set(STAGES)
    assert 0.18 < stages["find_videos"] / 8000 < 0.22
    kinds = Counter(fault.kind for fault in faults.plan.values())
    assert set(kinds) == set(Kind)
    n_pausing = sum(number for kind, number in kinds.items() if kind in PAUSING)
    assert 0.01 < n_pausing / len(faults.plan) < 0.03
    may_pass = [fault for fault in faults.plan.values() if OUTCOME_OF[fault.kind] in ("transient", "rate_limited")]
    assert 0.4 < sum(fault.passes_after is None for fault in may_pass) / len(may_pass) < 0.6
    assert set(faults.expected().values()) == {*map(str, Outcome)}


def test_the_same_seed_strikes_the_same_items() -> None:
    plans = []
    for seed in (1, 1, 2):
        faults = Faults.planted(0.2, seed=seed)
        faults.bind(POPULATION)
        plans.append(faults.plan)
    assert plans[0] == plans[1] != plans[2]


@pytest.mark.parametrize("service", ["spotify", "musixmatch", "lrclib", "videos"])
def test_a_quota_is_used_up_until_it_is_healed(service: str, client: Client) -> None:
    with Twin(POPULATION, faults=Faults.quota(service, after=3, retry_after_s=86400), owned=1.0) as twin:
        track = next(track for track in POPULATION.tracks if track.lrclib == "full" and track.isrc)
        services = twin.services()

        def call() -> tuple[int | None, float | None]:
            try:
                if service == "musixmatch":
                    params: dict[str, str | Secret] = {
                        "track_isrc": track.isrc,
                        "apikey": services.keys["MUSIXMATCH_API_KEY"],
                    }
                    url = f"{services.urls['musixmatch']}matcher.track.get"
                    said = client.request("GET", url, params=params).json()["message"]
                    return said["header"]["status_code"], None
                if service == "spotify":
                    spotify_page(twin, client, POPULATION.playlists["angry"][0].playlist_id)
                else:
                    ask(twin, client, "fetch_lyrics" if service == "lrclib" else "find_videos", track)
            except HttpError as error:
                return error.status, error.wait_s
            return 200, None

        usual = call()
        refused = (402, None) if service == "musixmatch" else (429, 86400)
        assert [call() for _ in range(4)] == [usual, usual, refused, refused]
        twin.heal()
        assert call() == usual


def test_faults_can_be_changed_while_it_serves(client: Client) -> None:
    with Twin(POPULATION) as twin:
        faults = Faults.planted(1.0, kinds=["500"], stages=["find_videos"], lasting=1.0)
        twin.plant(faults)
        track, _ = struck(faults, "find_videos", Kind.SERVER_ERROR)
        assert outcome(twin, client, "find_videos", track) == "transient"
        twin.plant(Faults.none())
        assert outcome(twin, client, "find_videos", track) == "ok"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"share": 1.5}, "1.5"), ({"share": 0.1, "kinds": ["flood"]}, "flood"), ({"share": 0.1, "stages": ["x"]}, "x")],
)
def test_scripts_that_mean_nothing_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Faults.planted(**wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="'tidal'"):
        Faults.quota("tidal", 3)
