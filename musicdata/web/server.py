"""The routes of the page, and how it is started and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from typing import TYPE_CHECKING, Any

from musicdata.errors import MusicdataError, SetupError
from musicdata.web import answers, upload
from musicdata.web.asking import BadRequestError
from musicdata.web.guard import Guard, Pass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from musicdata.web.answers import Page

_PAGE_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


_UPLOADS = "/api/near"
_API = ("about", "rows", "facets", "sample", "groups", "near", "map", "suspects", "search")


def make_app(page: Page, names: tuple[str, ...], port: int, pass_: Pass) -> ASGIApp:
    """Return the page as an application, guarded."""
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.routing import Route

    files = answers.files()

    def answering(answer: Callable[[bytes], dict[str, Any]]) -> Callable[[Request], Response]:
        return lambda request: _answered(lambda: answer(request.scope["query_string"]))

    async def describe(request: Request) -> Response:
        try:
            data = await upload.gather(request.stream())
        except BadRequestError as error:
            return _json(error.facts(), error.status)
        return await run_in_threadpool(_answered, lambda: page.describe(data))

    def of_page(request: Request) -> Response:
        name = request.path_params.get("name", "index.html")
        body = files.get(name)
        return _not_there() if body is None else _bytes(body, _PAGE_TYPES[name[name.rindex(".") :]])

    def medium(request: Request) -> Response:
        try:
            found = page.media.read(request.path_params["name"])
        except MusicdataError as error:
            return _json({"what": str(error), "where": "media", "remedy": "see musicdata check"}, 409)
        return _not_there() if found is None else _ranged(request.headers.get("range", ""), *found)

    routes = [
        Route("/", of_page),
        Route("/page/{name}", of_page),
        Route("/media/{name}", medium),
        Route(_UPLOADS, describe, methods=["POST"]),
        *(Route(f"/api/{name}", answering(getattr(page, name))) for name in _API),
    ]
    app = Starlette(routes=routes, exception_handlers={404: _not_there, 405: _not_there, 500: _broken})
    app.router.redirect_slashes = False
    return Guard(app, names, port, pass_, {_UPLOADS: upload.MAX_BYTES})


def _answered(answer: Callable[[], dict[str, Any]]) -> Response:
    try:
        return _json(answer())
    except BadRequestError as error:
        return _json(error.facts(), error.status)
    except MusicdataError as error:
        return _json({"what": str(error), "where": "data", "remedy": "see musicdata check"}, 409)


def _json(facts: dict[str, Any], status: int = 200) -> Response:
    from starlette.responses import Response

    return Response(json.dumps(facts, ensure_ascii=False), status, media_type="application/json")


def _bytes(body: bytes, kind: str) -> Response:
    from starlette.responses import Response

    return Response(body, media_type=kind)


def _not_there(_request: Request | None = None, _error: Exception | None = None) -> Response:
    return _json({"what": "there is nothing here", "where": "address", "remedy": "begin at /"}, 404)


def _broken(_request: Request, _error: Exception) -> Response:
    facts = {"what": "the server met an error of its own", "where": "server", "remedy": "see the terminal"}
    return _json(facts, 500)


def _ranged(wanted: str, body: bytes, kind: str) -> Response:
    """Return bytes, or the one range of them that is asked for."""
    from starlette.responses import Response

    headers = {"accept-ranges": "bytes"}
    unit, _, span = wanted.partition("=")
    first, dash, last = span.partition("-")
    numbers = [part for part in (first, last) if part]
    is_one = unit == "bytes" and dash and numbers and all(n.isascii() and n.isdigit() and len(n) < 16 for n in numbers)
    if not is_one:
        return Response(body, headers=headers, media_type=kind)
    start = int(first) if first else max(0, len(body) - int(last))
    stop = min(len(body), int(last) + 1) if first and last else len(body)
    if start >= stop:
        return Response(status_code=416, headers=headers | {"content-range": f"bytes */{len(body)}"})
    headers["content-range"] = f"bytes {start}-{stop - 1}/{len(body)}"
    return Response(body[start:stop], 206, headers, media_type=kind)


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Listen on a port, a free one where it is 0.

    Raises:
        SetupError: it cannot be listened on.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise SetupError(f"{host}:{port} cannot be listened on ({error.strerror}); give another --port") from error
        listener.listen(64)
        yield listener


def serve(
    page: Page, *, host: str = "127.0.0.1", port: int = 0, names: tuple[str, ...] = (), ready: Callable[[str], None]
) -> None:
    """Serve the page until Ctrl-C.

    Args:
        page: what is served.
        host: address that is listened on.
        port: 0 for a free one.
        names: further names by which this machine may be asked for.
        ready: is told the address to open, once it can be.

    Raises:
        SetupError: the port is taken.
    """
    import uvicorn

    with listening(host, port) as listener:
        number, pass_ = listener.getsockname()[1], Pass()
        app = make_app(page, ("127.0.0.1", "localhost", *names), number, pass_)
        config = uvicorn.Config(
            app,
            log_level="warning",
            server_header=False,
            date_header=False,
            lifespan="off",
            ws="none",
            access_log=False,
        )
        server = uvicorn.Server(config)
        address = f"http://127.0.0.1:{number}/enter?token={pass_.token}"

        async def run() -> None:
            serving = asyncio.ensure_future(server.serve([listener]))
            while not server.started and not serving.done():
                await asyncio.sleep(0.005)
            ready(address)
            await serving

        with contextlib.suppress(KeyboardInterrupt):  # the way to end it
            asyncio.run(run())
