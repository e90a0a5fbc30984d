"""yt-dlp in its process, against servers that behave and servers that do not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psutil
import pytest

from musicdata.errors import SetupError, UsageError
from musicdata.music.formats import sound_files
from musicdata.music.formats.sound_files import RATE_HZ
from musicdata.settings.reach import Reach, place_of
from musicdata.settings.service import key_names
from musicdata.settings.services import Services
from musicdata.sources.videos import clips
from musicdata.sources.videos.process import YtDlp, child_environment, ytdlp_age_warning, ytdlp_version
from musicdata.system import processes
from musicdata.system.http import HttpError, Outcome
from tests.loopback import Asked, Behaviour, breaks_off, drips, message, says, serving
from tests.tunes import CONTENT_TYPES, flac, found_at, tune, write

TUNE = tune(3, 4.0)
CLIP_S = 2.0
PAGE = b"<!doctype html><html><head><title>Sorry</title></head><body><p>Not here</p></body></html>"
EMBEDDING = b'<!doctype html><html><body><video src="/good"></video><a href="/good">x</a></body></html>'


@pytest.fixture(scope="module")
def ytdlp() -> Iterator[YtDlp]:
    kept = YtDlp()
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return flac(TUNE, tmp_path_factory.mktemp("good"))


def sound(body: bytes, kind: str = "flac") -> bytes:
    return message(200, body, Content_Type=CONTENT_TYPES[kind])


def fetch(
    ytdlp: YtDlp, url: str, folder: Path, *, deadline_s: float = 30.0, max_bytes: int = 1 << 20, **wanted: Any
) -> clips.Clip:
    asked = {"clip_s": CLIP_S, "duration_s": 4.0} | wanted
    place = place_of(url)
    reach = Reach((), frozenset({place} if place else ())).packed()
    question = {"ask": "clip", "url": url, "folder": str(folder), "max_bytes": max_bytes, "wanted": asked}
    question |= {"reach": reach}
    said = ytdlp.ask(question, "video x", deadline_s)
    return clips.read((folder / said["file"]).read_bytes(), asked["clip_s"])


def failure(ytdlp: YtDlp, behaviour: Behaviour, folder: Path, good: bytes = b"", **how: Any) -> HttpError:
    with serving({"/media": behaviour, "/good": says(sound(good))}) as server, pytest.raises(HttpError) as caught:
        fetch(ytdlp, f"{server.url}/media", folder, **how)
    return caught.value


@pytest.mark.parametrize("kind", ["flac", "ogg", "m4a", "webm"])
def test_the_middle_of_the_sound_comes_whatever_the_container(ytdlp: YtDlp, tmp_path: Path, kind: str) -> None:
    body = write(TUNE, tmp_path / f"tune.{kind}").read_bytes()
    with serving({"/media": says(sound(body, kind))}) as server:
        clip = fetch(ytdlp, f"{server.url}/media", tmp_path)
    assert (len(clip.samples), clip.origin.start_s, clip.origin.n_padded, clip.origin.fetch) == (
        2 * RATE_HZ,
        1.0,
        0,
        "whole",
    )
    assert clip.origin.duration_s == pytest.approx(4.0, abs=0.1)
    wanted = sound_files.resample(TUNE, 44_100)
    start, correlation = found_at(clip.samples, wanted)
    assert abs(start - RATE_HZ) < 0.06 * RATE_HZ
    assert correlation > 0.97


def test_fetching_again_gives_the_same_bytes(ytdlp: YtDlp, tmp_path: Path, good: bytes) -> None:
    files = []
    with serving({"/media": says(sound(good))}) as server:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            fetch(ytdlp, f"{server.url}/media", tmp_path / name)
            files.append((tmp_path / name / "clip.flac").read_bytes())
        n_connections = len(server.asked)
    assert files[0] == files[1]
    assert n_connections == 4  # it looks what is there, then fetches


def test_a_section_takes_fewer_bytes(ytdlp: YtDlp, tmp_path: Path) -> None:
    body = write(tune(4, 60.0), tmp_path / "tune.m4a", bit_rate=192).read_bytes()

    def ranged(connection: Any, asked: Asked, number: int) -> None:
        begin = int(asked.headers.get("range", "bytes=0-")[6:].rstrip("-"))
        told = {"Content_Type": "audio/mp4", "Accept_Ranges": "bytes"}
        where = {"Content_Range": f"bytes {begin}-{len(body) - 1}/{len(body)}"}
        connection.sendall(message(206 if begin else 200, body[begin:], **told, **(where if begin else {})))

    with serving({"/media": ranged}) as server:
        clip = fetch(ytdlp, f"{server.url}/media", tmp_path, max_bytes=8 << 20, duration_s=60.0, section=True)
        assert any(asked.headers.get("range", "bytes=0-") != "bytes=0-" for asked in server.asked)
    assert clip.origin == clips.Origin(29.0, 60.0, 0, "section")
    wanted = sound_files.resample(tune(4, 60.0), 44_100)
    start, correlation = found_at(clip.samples, wanted)
    assert abs(start - 29 * RATE_HZ) < 0.1 * RATE_HZ
    assert correlation > 0.97


@pytest.mark.parametrize(
    ("answer", "outcome", "reason"),
    [
        (message(403), Outcome.BLOCKED, "forbidden"),
        (message(404), Outcome.GONE, "http_404"),
        (message(410), Outcome.GONE, "http_410"),
        (message(451), Outcome.BLOCKED, "http_451"),
        (message(429), Outcome.RATE_LIMITED, "http_429"),
        (message(500), Outcome.TRANSIENT, "http_500"),
        (message(503), Outcome.TRANSIENT, "http_503"),
        (message(520), Outcome.TRANSIENT, "http_520"),
        (message(400), Outcome.INVALID, "http_400"),
        (message(200, PAGE, Content_Type="text/html"), Outcome.INVALID, "not_media"),
        (message(200, EMBEDDING, Content_Type="text/html"), Outcome.INVALID, "not_media"),
        (message(200, b"null", Content_Type="application/json"), Outcome.INVALID, "not_sound"),
        (message(200, bytes(range(256)) * 40, Content_Type="audio/flac"), Outcome.INVALID, "not_sound"),
        (message(200, b"", Content_Type="audio/flac"), Outcome.INVALID, "empty"),
        (message(302, Location="http://127.0.0.1:9/nowhere"), Outcome.INVALID, "forbidden_address"),
    ],
)
def test_what_a_server_does_has_its_outcome(
    ytdlp: YtDlp, tmp_path: Path, good: bytes, answer: bytes, outcome: Outcome, reason: str
) -> None:
    error = failure(ytdlp, says(answer), tmp_path, good)
    assert (error.outcome, error.reason) == (outcome, reason)
    assert str(error).startswith("video x: ")


def test_the_first_answer_may_be_good_and_the_second_not(ytdlp: YtDlp, tmp_path: Path, good: bytes) -> None:
    for answer, reason in ((message(403), "forbidden"), (message(404), "http_404"), (message(503), "http_503")):
        error = failure(ytdlp, says(sound(good), answer), tmp_path)
        assert error.reason == reason


def test_a_wait_that_a_server_asks_for_is_passed_on(ytdlp: YtDlp, tmp_path: Path) -> None:
    later = message(429, Retry_After="Fri, 20 Nov 2026 10:00:30 GMT", Date="Fri, 20 Nov 2026 10:00:00 GMT")
    assert failure(ytdlp, says(later), tmp_path).wait_s == 30.0


def test_a_page_is_not_followed_to_what_it_names(ytdlp: YtDlp, tmp_path: Path, good: bytes) -> None:
    page = message(200, EMBEDDING, Content_Type="text/html")
    with serving({"/media": says(page), "/good": says(sound(good))}) as server:
        with pytest.raises(HttpError):
            fetch(ytdlp, f"{server.url}/media", tmp_path)
        assert {asked.target for asked in server.asked} == {"/media"}


def test_a_redirect_is_followed(ytdlp: YtDlp, tmp_path: Path, good: bytes) -> None:
    moved = message(302, Location="/good")
    with serving({"/media": says(moved), "/good": says(sound(good))}) as server:
        assert fetch(ytdlp, f"{server.url}/media", tmp_path).origin.start_s == 1.0


def test_a_body_that_breaks_off_is_noticed(ytdlp: YtDlp, tmp_path: Path, good: bytes) -> None:
    head, _, _ = sound(good).partition(b"\r\n\r\n")
    for n in (len(good) // 2, len(good) - 1):
        error = failure(ytdlp, breaks_off(head + b"\r\n\r\n" + good[:n]), tmp_path)
        assert (error.outcome, error.reason) == (Outcome.TRANSIENT, "short_body")


def test_a_file_that_is_too_large_is_not_fetched(ytdlp: YtDlp, tmp_path: Path, good: bytes) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nContent-Type: audio/flac\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked += b"".join(b"10000\r\n" + bytes(0x10000) + b"\r\n" for _ in range(8)) + b"0\r\n\r\n"
    for answer in (sound(good), chunked):
        error = failure(ytdlp, says(answer), tmp_path, max_bytes=50_000)
        assert (error.outcome, error.reason) == (Outcome.INVALID, "too_large")


@pytest.mark.parametrize("start", [b"", sound(bytes(10_000))[:200]], ids=["silent", "dripping"])
def test_a_call_ends_at_its_deadline(tmp_path: Path, good: bytes, start: bytes) -> None:
    ytdlp = YtDlp()
    try:
        with serving({"/media": drips(start, b"x" if start else b""), "/good": says(sound(good))}) as server:
            fetch(ytdlp, f"{server.url}/good", tmp_path)
            begin_s = time.monotonic()
            with pytest.raises(HttpError) as caught:
                fetch(ytdlp, f"{server.url}/media", tmp_path, deadline_s=0.5)
            assert time.monotonic() - begin_s < 1.5
            assert (caught.value.outcome, caught.value.reason) == (Outcome.TRANSIENT, "timeout")
            assert fetch(ytdlp, f"{server.url}/good", tmp_path).origin.start_s == 1.0
    finally:
        ytdlp.close()


def test_a_child_that_dies_is_one_items_fault(tmp_path: Path, good: bytes) -> None:
    ytdlp = YtDlp()

    def kill(connection: Any, asked: Asked, number: int) -> None:
        for child in psutil.Process().children():
            if "musicdata.sources.videos.child" in child.cmdline():
                os.kill(child.pid, signal.SIGKILL)

    try:
        with serving({"/media": kill, "/good": says(sound(good))}) as server:
            with pytest.raises(HttpError) as caught:
                fetch(ytdlp, f"{server.url}/media", tmp_path)
            assert (caught.value.outcome, caught.value.reason) == (Outcome.TRANSIENT, "child_died")
            assert fetch(ytdlp, f"{server.url}/good", tmp_path).origin.start_s == 1.0
    finally:
        ytdlp.close()


def test_the_child_gets_no_keys_and_ends(tmp_path: Path, good: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*key_names(), "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "hidden-value-1f2e")
    ytdlp = YtDlp()
    before = set(psutil.Process().children())
    with serving({"/media": says(sound(good))}) as server:
        fetch(ytdlp, f"{server.url}/media", tmp_path)
    (child,) = set(psutil.Process().children()) - before
    assert "hidden-value-1f2e" not in json.dumps(child.environ())
    ytdlp.close()
    assert not child.is_running()


def test_what_programs_need_is_passed_on() -> None:
    told = {
        "PATH": "/bin",
        "https_proxy": "http://x:1",
        "LC_ALL": "C",
        "HF_TOKEN": "t",
        "SECRET": "s",
        "GITHUB_TOKEN": "g",
    }
    passed = child_environment(told)
    assert set(passed) == {"PATH", "https_proxy", "LC_ALL", "YTDLP_NO_PLUGINS"}


def forbidden(ytdlp: YtDlp, url: str, folder: Path, reach: Reach, **wanted: Any) -> None:
    asked = {"clip_s": CLIP_S, "duration_s": 4.0} | wanted
    question = {"ask": "clip", "url": url, "folder": str(folder), "max_bytes": 1 << 20, "wanted": asked}
    with pytest.raises(HttpError) as caught:
        ytdlp.ask(question | {"reach": reach.packed()}, "video x", 30)
    assert caught.value.outcome is Outcome.INVALID or wanted.get("section")
    assert caught.value.reason == "forbidden_address" or wanted.get("section")
    assert not list(folder.glob("*.flac"))


def test_an_address_in_an_answer_is_fetched_from_hosts_of_the_list_only(
    ytdlp: YtDlp, tmp_path: Path, good: bytes
) -> None:
    world = Services().reach("videos")
    assert world.permits("rr3---sn-4g5e6nez.googlevideo.com", 443)
    with serving({"/media": says(sound(good))}) as server:
        port = server.url.rpartition(":")[2]
        hosts = ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0", "youtube.com@127.0.0.1")
        for host in hosts:
            forbidden(ytdlp, f"http://{host}:{port}/media", tmp_path, world)
        for url in ("http://169.254.169.254/media.mp3", "https://evil.example/youtube.com.mp3"):
            forbidden(ytdlp, url, tmp_path, world)
        forbidden(ytdlp, f"{server.url}/media", tmp_path, Reach(("localhost",)))  # listed, and yet inside
        assert server.asked == []
        fetch(ytdlp, f"{server.url}/media", tmp_path)  # what the user names is fetched


@pytest.mark.parametrize("section", [False, True], ids=["whole", "section"])
def test_a_redirect_leads_nowhere_else_inside(ytdlp: YtDlp, tmp_path: Path, good: bytes, section: bool) -> None:
    """A section is fetched by ffmpeg, which opens its own sockets: yt-dlp is answered first, ffmpeg led astray."""
    with serving({"/media": says(sound(good))}) as inside:
        led = message(302, Location=f"{inside.url}/media")

        def behave(connection: Any, asked: Asked, number: int) -> None:
            is_ffmpeg = "lavf" in asked.headers.get("user-agent", "").lower() or "icy-metadata" in asked.headers
            connection.sendall(led if is_ffmpeg or not section else sound(good))

        with serving({"/media": behave}) as server:
            place = place_of(server.url)
            assert place is not None
            forbidden(
                ytdlp, f"{server.url}/media", tmp_path, Reach((), frozenset({place})), section=section, start_s=1.0
            )
            assert len(server.asked) >= (2 if section else 1)
        assert inside.asked == []


PLUGIN = """
from yt_dlp.extractor.common import InfoExtractor
open({marker!r}, "w").close()
class PlantedIE(InfoExtractor):
    _VALID_URL = r"https?://.*"
"""


def test_plug_ins_of_the_user_are_not_loaded(tmp_path: Path, good: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    marker = tmp_path / "loaded"
    home = tmp_path / "home"
    for place in (
        home / ".config/yt-dlp/plugins/p",
        home / ".yt-dlp/plugins/p",
        home / "yt-dlp-plugins/p",
        home / "path",
    ):
        extractor = place / "yt_dlp_plugins" / "extractor"
        extractor.mkdir(parents=True)
        (extractor / "planted.py").write_text(PLUGIN.format(marker=str(marker)))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("PYTHONPATH", f"{home / 'path'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    naive = "import yt_dlp; yt_dlp.YoutubeDL({'quiet': True})"
    subprocess.run([sys.executable, "-c", naive], check=True, capture_output=True)
    assert marker.exists(), "no plug-in at all"
    marker.unlink()
    monkeypatch.setenv("MUSICDATA_SANDBOX", "off")  # it is not the sandbox that keeps them out
    ytdlp = YtDlp()
    with serving({"/media": says(sound(good))}) as server:
        fetch(ytdlp, f"{server.url}/media", tmp_path)
    ytdlp.close()
    assert not marker.exists()


def test_the_version_is_that_of_the_code_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import yt_dlp.version

    assert ytdlp_version() == yt_dlp.version.__version__
    (tmp_path / "yt_dlp").mkdir()
    (tmp_path / "yt_dlp" / "__init__.py").write_text("")
    (tmp_path / "yt_dlp" / "version.py").write_text("__version__ = '1999.1.1'\n")
    monkeypatch.delitem(sys.modules, "yt_dlp")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert ytdlp_version() == "1999.1.1"


CONFINED = """
import sys
from pathlib import Path
from musicdata.sources.videos import child
child._confine(Path(sys.argv[1]))
import numpy, soundfile, yt_dlp, socket, subprocess
def attempt(name, call):
    try:
        print(name, call())
    except OSError as error:
        print(name, type(error).__name__)
attempt("secret", lambda: Path(sys.argv[2]).read_text())
attempt("out", lambda: Path(sys.argv[2] + ".new").write_text("x"))
attempt("folder", lambda: Path(sys.argv[1], "mine").write_text("x"))
attempt("users", lambda: Path("/etc/passwd").read_text())
attempt("certificates", lambda: Path("/etc/ssl").is_dir())
attempt("socket", lambda: socket.create_server(("127.0.0.1", 0)).close())
attempt("program", lambda: subprocess.run(["/bin/cat", sys.argv[2]], capture_output=True).stdout)
attempt("node", lambda: __import__("shutil").which("node") is None or subprocess.run(
    ["node", "-e", "process.stdout.write(String(6 * 7))"], capture_output=True).stdout == b"42")
"""


@pytest.mark.skipif(not processes.isolation()["files_hidden"], reason="this kernel or container hides no files")
def test_the_child_sees_one_folder_and_what_it_needs(tmp_path: Path) -> None:
    folder, secret = tmp_path / "folder", tmp_path / "secret"
    folder.mkdir()
    secret.write_text("the words of a letter")
    command = [sys.executable, "-c", CONFINED, str(folder), str(secret)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert dict(line.split(" ", 1) for line in done.stdout.splitlines()) == {
        "secret": "PermissionError",
        "out": "PermissionError",
        "folder": "1",
        "users": "PermissionError",
        "certificates": "True",
        "socket": "None",
        "program": "b''",
        "node": "True",
    }


def test_names_of_files_are_ours(ytdlp: YtDlp, tmp_path: Path, good: bytes) -> None:
    odd = tmp_path / "100 %(title)s"
    odd.mkdir()
    named = message(200, good, Content_Type="audio/flac", Content_Disposition='attachment; filename="../../evil.mp3"')
    worse = message(200, good, Content_Type="audio/flac", Content_Disposition='attachment; filename="../../evil.sh"')
    with serving({"/media": says(named), "/worse": says(worse)}) as server:
        fetch(ytdlp, f"{server.url}/media?name=/../../evil.mp3", odd)
        with pytest.raises(HttpError, match="unusual") as caught:
            fetch(ytdlp, f"{server.url}/worse", odd)
    assert caught.value.outcome is Outcome.INVALID
    assert {path.name for path in odd.iterdir()} == {"media", "clip.flac"}
    assert {path.name for path in tmp_path.iterdir()} == {odd.name}


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "ytsearch1:x y", "no address", "rtmp://127.0.0.1/a"]
)
def test_only_http_is_fetched(ytdlp: YtDlp, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HttpError) as caught:
        fetch(ytdlp, url, tmp_path)
    assert caught.value.outcome in (Outcome.INVALID, Outcome.TRANSIENT)
    assert not list(tmp_path.iterdir())


def test_nothing_is_fetched_where_the_network_is_forbidden(
    ytdlp: YtDlp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICDATA_OFFLINE", "1")
    with pytest.raises(UsageError, match="MUSICDATA_OFFLINE"):
        fetch(ytdlp, "http://127.0.0.1:9/x", tmp_path)


def test_a_missing_ytdlp_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SetupError, match=r"pip install 'musicdata\[crawl\]'"):
        fetch(YtDlp(), "http://127.0.0.1:9/x", tmp_path)


def test_an_old_ytdlp_is_told_of() -> None:
    made = date(*(int(part) for part in ytdlp_version().split(".")[:3]))
    assert ytdlp_age_warning(made) == ""
    assert "200 days old" in ytdlp_age_warning(date.fromordinal(made.toordinal() + 200))
