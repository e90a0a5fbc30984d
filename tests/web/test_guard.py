"""Who may ask: raw requests, as they come from other pages and other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from musicdata.web.guard import HEADERS
from tests.web.served import Served, serving


@pytest.fixture(scope="module")
def page(released: Path) -> Iterator[Served]:
    with serving(released) as served:
        served.enter()
        yield served


HOSTS = ["evil.example", "127.0.0.1.evil.example:{port}", "0.0.0.0:{port}", "127.0.0.1", "[::1]:{port}", "localhost", "127.0.0.1:1",
         "127.0.0.1:{port}.evil.example", "evil.example:{port}", "user@127.0.0.1:{port}"]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_another_host_is_refused(page: Served, host: str) -> None:
    status, _, body = page.get("/api/about", {"Host": host.format(port=page.port)})
    assert status == 421
    assert b"musictm" not in body


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "anything"},
    ],
)
def test_another_page_is_refused(page: Served, headers: dict[str, str]) -> None:
    given = {name: value.format(port=page.port) for name, value in headers.items()}
    for target in ("/", "/api/about", "/api/rows"):
        status, _, body = page.get(target, given)
        assert status == 403
        assert b"musictm" not in body


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "musicdata=x", "musicdata-{port}=", "musicdata-{port}=x", "musicdata-{port}=x; musicdata-{port}={right}"],
)
def test_who_was_not_let_in_is_refused(page: Served, cookie: str) -> None:
    given = cookie.format(port=page.port, right=page.cookie)
    for target in ("/", "/page/app.js", "/api/about", "/media/" + 40 * "0"):
        assert page.get(target, {"Cookie": given})[0] == 401


def test_the_token_opens_once(page: Served) -> None:
    assert page.get(f"/enter?token={page.token}", {"Cookie": ""})[0] == 401
    assert page.get(f"/enter?token={page.token}")[0] == 303  # the browser that is in already
    for query in ("", "?token=", "?token=x", f"?token=x&token={page.token}", "?" + 300 * "t"):
        assert page.get(f"/enter{query}", {"Cookie": ""})[0] == 401


def test_the_cookie_is_for_nobody_else(released: Path) -> None:
    with serving(released) as served:
        cookie = served.enter()
        assert f"musicdata-{served.port}=" in cookie
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_nothing_is_changed(page: Served, method: str) -> None:
    for target in ("/", "/api/rows", "/page/app.js"):
        assert page.get(target, {"Content-Length": "0"}, method)[0] in (400, 405)


PATHS = ["/page/../server.py", "/page/..%2fserver.py", "/page/%2e%2e/server.py", "/page/..\\server.py", "/page//etc/passwd", "/page/%00app.js", "/page/app.js%00",
         "/../../etc/passwd", "//etc/passwd", "/media/../../RELEASE.json", "/media/..%2f..%2fRELEASE.json", "/media/x", "/media/" + 64 * "a", "/page/__init__.py",
         "/page/server.py", "/api/", "/api/secrets", "/enter/x", "/page/", "/media/", "/.git/config", "/RELEASE.json"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_nothing_but_the_page_is_there(page: Served, path: str) -> None:
    status, _, body = page.get(path)
    assert status in (400, 404), status
    assert b"root:" not in body
    assert b"def " not in body


QUERIES = ["limit=abc", "limit=-1", "limit=0", "limit=201", "limit=1e3", "limit=1_0", "limit=٣", "offset=100000000000000000000", "offset=-5", "offset=1.5", "down=2", "down=true",
           "table=nothing", "table=rights;DROP", "sort=sample_id;DROP TABLE samples", "sort=1", "sort=nothing", "nothing=1", "limit=1&limit=2", "words=%00", "words=" + 600 * "x",
           "where=x", "where={}", "where=[[1,2,3]]", "where=[[%22split%22,%22in%22,[]]]", "where=[[%22nothing%22,%22in%22,[1]]]", "where=[[%22split%22,%22like%22,[1]]]",
           "where=[[%22split%22,%22in%22,[1]]]", "where=[[%22split%22,%22range%22,[1,2]]]", "where=[[%22split%22,%22has%22,[1]]]", "where=[[%22n_notes%22,%22has%22,[%22x%22]]]",
           "where=[[%22n_notes%22,%22range%22,[NaN,1]]]", "where=[[%22n_notes%22,%22range%22,[true,1]]]", "where=[[%22n_notes%22,%22in%22,[1e400]]]", "where=" + 3000 * "[", "where=%ff",
           "%ff=1", "=", "&", "limit", "where=[[%22split%22,%22in%22,[{}]]]", "where=" + 21 * "x", "a=1&" * 40]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_odd_questions_have_an_answer(page: Served, query: str) -> None:
    target = "/api/rows?table=samples&" + query if not query.startswith("table") else "/api/rows?" + query
    raw = target.encode("utf-8").decode("latin-1")
    status, headers, body = page.get(raw)
    assert status in (400, 404), (status, body[:200])
    if headers.get("content-type", "").startswith("application/json"):
        assert {"what", "where", "remedy"} == json.loads(body).keys()


def test_conditions_are_values_never_code(page: Served) -> None:
    for text in ("' OR 1=1 --", '"; DROP TABLE samples; --', "%", "_", "\\", "🎵", "a'b\"c`"):
        condition = json.dumps([["split", "in", [text]]])
        status, found = page.ask("rows", table="samples", where=condition)
        assert (status, found["n"]) == (200, 0)
        status, found = page.ask("rows", table="samples", words=f"{text} {text}")
        assert (status, found["n"]) == (200, 0)
    assert page.ask("rows", table="samples")[1]["n"] == 30


RAW = [
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00",
    b"GET /\r\n\r\n",
    b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: \r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: " + 200_000 * b"x" + b"\r\n\r\n",
    b"GET /" + 20_000 * b"a" + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n",
]


@pytest.mark.parametrize("number", range(len(RAW)))
def test_what_is_no_request_of_ours_is_refused(page: Served, number: int) -> None:
    status, _, body = page.raw(RAW[number])
    assert status in (0, 400, 405, 414, 421, 431), status
    assert b"musictm" not in body


def test_an_address_that_is_too_long(page: Served) -> None:
    assert page.get("/api/rows?words=" + 12_000 * "a")[0] in (400, 414)


@pytest.mark.parametrize(
    "span",
    [
        "bytes=0-9",
        "bytes=-5",
        "bytes=3-",
        "bytes=9-3",
        "bytes=99999999999-",
        "bytes=0-0,2-2",
        "items=0-1",
        "bytes=x-y",
        "bytes=" + ",".join(3000 * ["0-1"]),
    ],
)
def test_parts_of_a_sound(page: Served, span: str) -> None:
    sample = page.ask("rows", table="samples", limit=1)[1]["rows"][0][0]
    sound = next(one for one in page.ask("sample", id=sample)[1]["media"] if one["kind"] == "sound")
    whole = page.get(f"/media/{sound['name']}")[2]
    assert whole.startswith(b"fLaC")
    status, headers, body = page.get(f"/media/{sound['name']}", {"Range": span})
    expected = {"bytes=0-9": whole[:10], "bytes=-5": whole[-5:], "bytes=3-": whole[3:]}
    if span in expected:
        assert (status, body) == (206, expected[span])
        assert headers["content-range"].endswith(f"/{len(whole)}")
    else:
        assert (status, body) in ((200, whole), (416, b""))


def test_every_answer_says_what_may_be_done_with_it(page: Served) -> None:
    answers = [
        page.get("/"),
        page.get("/nothing"),
        page.get("/api/about"),
        page.get("/api/rows?limit=x"),
        page.get("/", {"Host": "evil.example"}),
        page.get("/", {"Cookie": ""}),
    ]
    for status, headers, _ in answers:
        assert {name: headers.get(name) for name in HEADERS} == HEADERS, status
        assert "server" not in headers


def test_uploads(page: Served) -> None:
    own = {"Origin": page.base}
    assert page.get("/api/near", {"Content-Length": "4"}, "POST", b"fLaC")[0] == 403  # nobody says which page sends it
    assert page.get("/api/near", own | {"Content-Length": "99999999999"}, "POST")[0] == 413
    assert page.get("/api/near", own | {"Content-Length": "-1"}, "POST")[0] in (400, 411)
    assert page.get("/api/near", own | {"Transfer-Encoding": "chunked"}, "POST", b"0\r\n\r\n")[0] == 411
    assert (
        page.get("/api/near", own | {"Content-Length": "3"}, "POST", b"abc")[0] == 409
    )  # this data set leads to no texts
    assert page.get("/api/near", {"Origin": "http://evil.example", "Content-Length": "3"}, "POST", b"abc")[0] == 403


def test_other_machines_are_let_in_only_where_that_is_said(released: Path) -> None:
    import musicdata.api.view as library
    from musicdata.errors import UsageError

    with pytest.raises(UsageError, match="--i-know"):
        library.view(released, host="0.0.0.0")
