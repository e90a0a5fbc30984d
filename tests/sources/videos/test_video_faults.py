"""What yt-dlp says of YouTube, word for word, and what that is to us."""

from __future__ import annotations

import errno

import pytest

from musicdata.errors import SetupError, StorageError
from musicdata.sources.videos.faults import Fault, Link, error_of
from musicdata.system.http import HttpError, Outcome

LIMITED = (
    "Video unavailable. This content isn't available, try again later. The current session has been rate-limited by YouTube "
    "for up to an hour. It is recommended to use `-t sleep` to add a delay between video requests to avoid exceeding the "
    "rate limit. For more information, refer to  https://github.com/yt-dlp/yt-dlp/wiki/Extractors"
)
LOGIN = (
    "Use --cookies-from-browser or --cookies for the authentication. See  "
    "https://github.com/yt-dlp/yt-dlp/wiki/FAQ#how-do-i-pass-cookies-to-yt-dlp  for how to manually pass cookies."
)
GONE, BLOCKED, LATER, PASSES, INVALID = (
    Outcome.GONE,
    Outcome.BLOCKED,
    Outcome.RATE_LIMITED,
    Outcome.TRANSIENT,
    Outcome.INVALID,
)
SAID = [
    (LIMITED, LATER, "youtube_rate_limited"),
    (LIMITED.replace("'", "’"), LATER, "youtube_rate_limited"),
    (f"Sign in to confirm you’re not a bot. {LOGIN}", LATER, "youtube_rate_limited"),
    (f"Sign in to confirm you're not a bot. {LOGIN}", LATER, "youtube_rate_limited"),
    ("Video unavailable. YouTube is requiring a captcha challenge before playback", LATER, "youtube_rate_limited"),
    (f"Sign in to confirm your age. This video may be inappropriate for some users. {LOGIN}", BLOCKED, "age"),
    ("The uploader has not made this video available in your country", BLOCKED, "geo"),
    (
        "Video unavailable. The uploader has not made this video available in your country\nThis video is available in Japan.",
        BLOCKED,
        "geo",
    ),
    (
        "Video unavailable. This video contains content from SME, who has blocked it in your country on copyright grounds",
        BLOCKED,
        "geo",
    ),
    (
        "Join this channel to get access to members-only content like this video, and other exclusive perks.",
        BLOCKED,
        "members_only",
    ),
    ("This video is available to this channel's members on level: x (or any higher level).", BLOCKED, "members_only"),
    ("This video requires payment to watch", BLOCKED, "payment"),
    ("This video is only available to Music Premium members", BLOCKED, "payment"),
    ("This video is DRM protected", BLOCKED, "drm"),
    ("Video unavailable", GONE, "unavailable"),
    ("Video unavailable. This video is not available", GONE, "unavailable"),
    ("Video unavailable. This video is no longer available due to a copyright claim by X", GONE, "copyright"),
    (
        "Video unavailable. This video is no longer available because the YouTube account associated with this video has been terminated.",
        GONE,
        "terminated",
    ),
    (f"Private video. Sign in if you've been granted access to this video. {LOGIN}", GONE, "private"),
    ("This video has been removed by the uploader", GONE, "removed"),
    ("This video has been removed for violating YouTube's Terms of Service", GONE, "removed"),
    ("Premieres in 4 hours", PASSES, "not_yet"),
    ("This live event will begin in 25 minutes.", PASSES, "not_yet"),
    ("Error. The page needs to be reloaded.", PASSES, "youtube_error"),
    ("Requested format is not available. Use --list-formats for a list of available formats", INVALID, "no_format"),
    ("Unsupported URL: https://example.org/", INVALID, "not_media"),
    ("Unable to download webpage: HTTP Error 403: Forbidden", BLOCKED, "forbidden"),
    ("unable to download video data: HTTP Error 403: Forbidden", BLOCKED, "forbidden"),
    ("Unable to download API page: HTTP Error 404: Not Found", GONE, "http_404"),
    ("Unable to download API page: HTTP Error 429: Too Many Requests", LATER, "http_429"),
    ("[download] Got error: HTTP Error 503: Service Unavailable", PASSES, "http_503"),
    ("[download] Got error: 19928 bytes read, 30072 more expected", PASSES, "short_body"),
    ("Downloaded 100 bytes, expected 200 bytes", PASSES, "short_body"),
    ("[download] Got error: HTTPSConnectionPool(host='x', port=443): Read timed out.", PASSES, "timeout"),
    ("Unable to download webpage: <urllib3.connection.HTTPSConnection object>: Failed to resolve 'x'", PASSES, "other"),
    ("'NoneType' object has no attribute 'get'", PASSES, "other"),
]


def fault(*messages: str, warnings: tuple[str, ...] = ()) -> Fault:
    return Fault(chain=[Link(type="DownloadError", message=text) for text in messages], warnings=list(warnings))


@pytest.mark.parametrize(("text", "outcome", "reason"), SAID, ids=[text[:40] for text, _, _ in SAID])
def test_words_have_their_outcome(text: str, outcome: Outcome, reason: str) -> None:
    error = error_of(fault(f"ERROR: [youtube] dQw4w9WgXcQ: {text}"), "video dQw4w9WgXcQ")
    assert isinstance(error, HttpError)
    assert (error.outcome, error.reason) == (outcome, reason)
    assert error.wait_s == (3600.0 if reason == "youtube_rate_limited" else None)
    assert str(error).startswith("video dQw4w9WgXcQ: [youtube] dQw4w9WgXcQ: ")


def test_the_cause_speaks_where_the_first_error_says_nothing() -> None:
    error = error_of(fault("ERROR: x", LIMITED), "video x")
    assert isinstance(error, HttpError)
    assert error.reason == "youtube_rate_limited"


@pytest.mark.parametrize(
    "warned", [(), ("[youtube] No supported JavaScript runtime could be found. Only deno is enabled",)]
)
def test_a_missing_runtime_is_told_of_once_and_not_of_each_video(warned: tuple[str, ...]) -> None:
    error = error_of(fault("ERROR: Requested format is not available", warnings=warned), "video x")
    assert isinstance(error, SetupError if warned else HttpError)
    assert ("pip install" in str(error)) == bool(warned)


def test_that_warning_alone_does_not_hide_what_is_wrong() -> None:
    error = error_of(fault(LIMITED, warnings=("No supported JavaScript runtime could be found",)), "video x")
    assert isinstance(error, HttpError)


def test_a_full_disk_is_no_videos_fault() -> None:
    link = Link(type="OSError", message="unable to write data", errno=errno.ENOSPC)
    assert isinstance(error_of(Fault(chain=[Link(type="DownloadError"), link]), "video x"), StorageError)


def test_messages_are_short_and_of_one_line() -> None:
    error = error_of(fault("ERROR: a\x1b[31m\nb" + "c" * 5000 + "; please report this issue on x"), "video x")
    assert len(str(error)) < 400
    assert str(error).isprintable()


def test_nothing_secret_is_told() -> None:
    error = error_of(fault("ERROR: https://me:hidden@host/videoplayback?Signature=abcdef123"), "video x")
    assert "hidden" not in str(error)
    assert "abcdef123" not in str(error)


def test_an_empty_fault_may_pass() -> None:
    error = error_of(Fault(chain=[]), "video x")
    assert isinstance(error, HttpError)
    assert error.outcome is Outcome.TRANSIENT
