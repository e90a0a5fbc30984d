"""Single calls to Spotify, made by spotipy over a session of ours.

spotipy sleeps through what `Retry-After` asks for and calls every failure a 429, unless it is given a session; and some
answers make it stumble. What went wrong is therefore taken from the answer itself.
"""

from __future__ import annotations

import base64
import json
import logging
from typing import TYPE_CHECKING, Any

from musicdata.errors import SetupError
from musicdata.settings import Secret
from musicdata.sources.spotify import records
from musicdata.system.http import BorrowedSession, HttpError, Limits, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from musicdata.settings.services import Services
    from musicdata.sources.spotify.records import Kind, Page

_USED_FOR = "Reading lists of tracks from Spotify"
_CLIENT_KEYS = ("SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET")
USER_TOKEN = "SPOTIFY_USER_TOKEN"  # noqa: S105 - the name of the variable
_EDITORIAL = "37i9dQZ"  # ids of Spotify's own playlists begin so
_NOT_OWNED = (
    "Spotify shows the tracks of this playlist only to its owner, unless the app has extended quota (a limit of the "
    "platform since 2026; signing in anew changes nothing). Copy the playlist into your own account, or use "
    'mode = "track-search" or mode = "import"'
)
_EDITORIAL_CLOSED = (
    "this is one of Spotify's own playlists, which apps cannot read since November 2024 (a limit of the platform; "
    "signing in anew changes nothing)"
)
_FORBIDDEN = (
    "Spotify does not allow this app the call. Since 2026 the owner of an app in development mode needs Premium, and "
    "some calls are closed to such apps"
)


class WebApi:
    """Makes one call at a time; to be used by one thread.

    Args:
        services: where Spotify is, and the keys: those of an app, or the token of a user.

    Raises:
        SetupError: spotipy is not installed, or a key is not set.
    """

    def __init__(self, services: Services) -> None:
        try:
            import spotipy
            from spotipy.cache_handler import MemoryCacheHandler
            from spotipy.oauth2 import SpotifyClientCredentials
        except ModuleNotFoundError as error:
            missing = f"{_USED_FOR} needs {error.name}, which is not installed. Run: pip install 'musicdata[crawl]'"
            raise SetupError(missing) from error
        logging.getLogger("spotipy").addHandler(logging.NullHandler())  # else its errors go to the terminal
        self._session = BorrowedSession(Limits(deadline_s=services.deadline_s), services.reach("spotify"))
        self._user_token = services.keys.get(USER_TOKEN)
        self._sign_in: Any = None
        if self._user_token is None:
            client_id, client_secret = (services.key(name, _USED_FOR) for name in _CLIENT_KEYS)
            pair = f"{client_id.reveal()}:{client_secret.reveal()}"
            Secret(base64.b64encode(pair.encode()).decode())  # spotipy logs it before it sends it
            self._sign_in = SpotifyClientCredentials(
                client_id.reveal(),
                client_secret.reveal(),
                requests_session=self._session,
                cache_handler=MemoryCacheHandler(),
            )
            self._sign_in.OAUTH_TOKEN_URL = services.url("spotify_token")
        token = self._user_token.reveal() if self._user_token else None
        self._spotify = spotipy.Spotify(
            auth=token, auth_manager=self._sign_in, requests_session=self._session, retries=0
        )
        self._spotify.prefix = services.url("spotify")

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def search(self, kind: Kind, query: str, limit: int, offset: int) -> Page:
        """Return a page of what a search finds.

        Raises:
            HttpError: it failed; ``invalid_limit`` says that the app may not have so many a page.
            SetupError: the keys are wrong.
        """
        document = self._called(lambda: self._spotify.search(query, limit=limit, offset=offset, type=kind), _refused)
        return records.search_page(document, kind)

    def playlist_items(self, playlist_id: str, limit: int, offset: int) -> Page:
        """Return a page of a playlist's entries.

        Raises:
            HttpError: it failed; ``not_owned`` and ``editorial_playlist`` are limits of the platform.
            SetupError: the keys are wrong.
        """

        def ask() -> object:
            return self._spotify.playlist_items(playlist_id, limit=limit, offset=offset, additional_types=("track",))

        return records.items_page(self._called(ask, lambda error: _refused_playlist(error, playlist_id)))

    def _called(self, ask: Callable[[], object], refused: Callable[[HttpError], HttpError]) -> object:
        """Ask; where the token is not taken, once more with a new one."""
        for is_last in (False, True):
            self._have_token(anew=is_last)
            try:
                return self._tried(ask)
            except HttpError as error:
                if error.status != 401:
                    raise refused(error) from None
                if is_last or self._sign_in is None:
                    raise self._not_taken(error) from None
        raise AssertionError("the second attempt was the last")

    def _have_token(self, *, anew: bool) -> None:
        """Get a token where there is none that lasts; here, since spotipy loses what goes wrong with it."""
        if self._sign_in is None:
            return
        try:
            token = self._tried(lambda: self._sign_in.get_access_token(as_dict=False, check_cache=not anew))
        except HttpError as error:
            heard = self._session.heard
            if error.status in (400, 401, 403) and heard is not None:
                raise SetupError(_keys_refused(error.status, heard.said)) from None
            raise
        if not isinstance(token, str) or not token:
            raise HttpError("Spotify's token is no text", Outcome.INVALID, reason="wrong_shape")
        Secret(token)

    def _tried(self, ask: Callable[[], object]) -> object:
        self._session.heard = None
        try:
            document = ask()
        except (HttpError, SetupError):
            raise
        except Exception as error:  # noqa: BLE001 - spotipy stumbles in many ways over what it did not expect
            raise self._fault(error) from None
        if document is None:
            raise HttpError("Spotify's answer is not JSON", Outcome.INVALID, reason="not_json")
        return document

    def _fault(self, error: Exception) -> HttpError:
        heard = self._session.heard
        if heard is None:
            kind = type(error).__name__
            return HttpError(f"spotipy did not make the call ({kind})", Outcome.INVALID, reason="bad_request")
        return heard.error(_reason(heard.status, heard.said))

    def _not_taken(self, error: HttpError) -> SetupError:
        if self._sign_in is None:
            return SetupError(
                f"Spotify does not take {USER_TOKEN} (HTTP {error.status}): a user's token lasts an hour. Get a new "
                f"one and set it with: export {USER_TOKEN}=..., or unset it to use the keys of an app"
            )
        return SetupError(
            "Spotify does not take the token that it has just given (HTTP 401). Look at developer.spotify.com/dashboard"
            f" whether the app of {' and '.join(_CLIENT_KEYS)} is still allowed to use the Web API"
        )


def _reason(status: int, body: str) -> str:
    """Return the short code of a refusal; an empty one where its status says it all."""
    folded = body.casefold()
    if status == 429:
        return "quota_exceeded" if "quota_exceeded" in folded else "rate_limited"
    return "invalid_limit" if status in (400, 422) and "limit" in folded else ""


def _refused(error: HttpError) -> HttpError:
    if error.status == 403:
        return HttpError(f"{_FORBIDDEN}. {error}", Outcome.BLOCKED, 403, reason="forbidden")
    return error


def _refused_playlist(error: HttpError, playlist_id: str) -> HttpError:
    if error.status in (403, 404) and playlist_id.startswith(_EDITORIAL):
        message = f"{playlist_id}: {_EDITORIAL_CLOSED}"
        return HttpError(message, Outcome.GONE, error.status, reason="editorial_playlist")
    if error.status == 403:
        return HttpError(f"{playlist_id}: {_NOT_OWNED}", Outcome.BLOCKED, 403, reason="not_owned")
    if error.status == 404:
        message = f"{playlist_id}: there is no such playlist any more, or it is not shown to this app"
        return HttpError(message, Outcome.GONE, 404, reason="playlist_gone")
    return error


def _keys_refused(status: int, body: str) -> str:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    code = str(document.get("error", ""))[:60] if isinstance(document, dict) else ""
    cause = f" ({code})" if code.isprintable() and code else ""
    return (
        f"Spotify does not take {' and '.join(_CLIENT_KEYS)}: HTTP {status}{cause}. Copy both from the app's settings "
        "at developer.spotify.com/dashboard, and set them with export"
    )
