"""The routes of the page, and how it is started and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.resources
import json
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musicdata.definitions.contract import SAMPLE_ID
from musicdata.errors import MusicdataError, SetupError
from musicdata.web import asking, counting, groups, sample, upload
from musicdata.web.asking import Asked, BadRequestError
from musicdata.web.guard import Guard, Pass
from musicdata.web.library import Library
from musicdata.web.media import Media, Medium
from musicdata.web.neighbours import Neighbours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

    from musicdata.definitions.contract import Contract
    from musicdata.definitions.joint_space import JointSpace
    from musicdata.definitions.table_source import TableSource

_OF_ROWS = ("table", "where", "words")
_PAGE_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass
class Page:
    """A data set on a page.

    Attributes:
        source: workspace or release.
        overview: returns what the page says first.
        rejects: contract of dropped items; None where nothing says which were dropped.
        begin: table that is shown first.
        join: fits the space of the data set's modalities; None where it has none.
        describe_file: finds the texts nearest to a file of the user's own, by its bytes and how its name ends; None
            where nothing leads from a file to texts.
        search_words: answers a question in words; None where the data set has no words to search.
    """

    source: TableSource
    overview: Callable[[], dict[str, Any]]
    rejects: Contract | None = None
    begin: str = ""
    join: Callable[[Callable[[str], None]], JointSpace] | None = None
    search_words: Callable[[str, int, str], dict[str, Any]] | None = None
    describe_file: Callable[[bytes, str], dict[str, Any]] | None = None
    library: Library = field(init=False)
    media: Media = field(init=False)
    neighbours: Neighbours | None = field(init=False)
    files: dict[str, bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.library = Library(self.source, self.rejects)
        self.media = Media(self.source)
        self.neighbours = Neighbours(self.join) if self.join else None
        place = importlib.resources.files("musicdata.web") / "page"
        self.files = {file.name: file.read_bytes() for file in place.iterdir() if "." in file.name}

    def about(self, query: bytes) -> dict[str, Any]:
        """Say what the data set is and what its tables and columns mean."""
        Asked(query, ())
        return self.overview() | {
            "begin": self.begin,
            "can": {
                "near": self.neighbours is not None,
                "search": self.search_words is not None,
                "describe": self.describe_file is not None,
                "groups": bool(groups.home(self.library)),
            },
            "thumbnails": sample.thumbnail(self.library),
            "tables": {table: self._about(table) for table in self.library.tables},
        }

    def _about(self, table: str) -> dict[str, Any]:
        contract = self.library.contract(table)
        columns = [
            {
                "name": column.name,
                "type": column.kind,
                "unit": column.unit,
                "description": column.description,
                "of": column.content_of,
                "refers": column.name in contract.references and column.name != SAMPLE_ID,
            }
            for column in contract.columns[: asking.MAX_ROWS]
        ]
        return {"description": contract.description, "key": contract.key, "columns": columns}

    def rows(self, query: bytes) -> dict[str, Any]:
        """Return a page of rows of a table, with a thumbnail for each where samples have pictures."""
        asked = Asked(query, (*_OF_ROWS, "sort", "down", "offset", "limit"))
        table = self._table(asked)
        found = self.library.rows(
            table,
            asked.conditions("where"),
            asked.text("words"),
            asked.text("sort"),
            asked.number("offset", 0, 0, asking.MAX_OFFSET),
            asked.number("limit", 50, 1, asking.MAX_ROWS),
            down=bool(asked.number("down", 0, 0, 1)),
        )
        return found | {"pictures": self._pictures(found)}

    def _pictures(self, found: dict[str, Any]) -> list[str]:
        table = sample.thumbnail(self.library)
        if not table or "sample_id" not in found["columns"]:
            return []
        column = next(c.name for c in self.library.contract(table).columns if c.is_picture)
        place = found["columns"].index("sample_id")
        return [self.media.name(Medium(table, column, (row[place],))) for row in found["rows"]]

    def facets(self, query: bytes) -> dict[str, Any]:
        """Return what a table can be filtered by, with counts."""
        asked = Asked(query, _OF_ROWS)
        table = self._table(asked)
        return {"facets": counting.facets(self.library, table, asked.conditions("where"), asked.text("words"))}

    def _table(self, asked: Asked) -> str:
        return asked.one_of("table", self.library.tables, self.begin or next(iter(self.library.tables), ""))

    def sample(self, query: bytes) -> dict[str, Any]:
        """Return everything about one sample."""
        return sample.describe(self.library, self.media, Asked(query, ("id",)).text("id"))

    def groups(self, query: bytes) -> dict[str, Any]:
        """Return groups of near-duplicates."""
        asked = Asked(query, ("offset", "limit"))
        limit = asked.number("limit", 50, 1, asking.MAX_ROWS)
        return groups.describe(self.library, asked.number("offset", 0, 0, asking.MAX_OFFSET), limit)

    def near(self, query: bytes) -> dict[str, Any]:
        """Return the samples that lie near one."""
        asked = Asked(query, ("id", "of", "to", "k"))
        k = asked.number("k", 10, 1, asking.MAX_ROWS)
        return self._joined().near(asked.text("id"), asked.text("of"), asked.text("to"), k)

    def map(self, query: bytes) -> dict[str, Any]:
        """Return the points of all samples."""
        Asked(query, ())
        return self._joined().map()

    def suspects(self, query: bytes) -> dict[str, Any]:
        """Return the samples whose modalities fit worst."""
        Asked(query, ())
        return self._joined().suspects()

    def _joined(self) -> Neighbours:
        if self.neighbours is None:
            raise BadRequestError("the modalities have no common space", "space", "the recipe validates none", 409)
        return self.neighbours

    def search(self, query: bytes) -> dict[str, Any]:
        """Return the samples that answer a sentence."""
        asked = Asked(query, ("q", "k", "without"))
        if self.search_words is None:
            raise BadRequestError("there are no words to search by meaning", "q", "use the words in Browse", 409)
        return self.search_words(asked.text("q"), asked.number("k", 10, 1, 100), asked.text("without"))

    def describe(self, data: bytes) -> dict[str, Any]:
        """Return the texts nearest to a file of the user's own."""
        if self.describe_file is None:
            raise BadRequestError("nothing here leads from a file to texts", "file", "see musicdata describe", 409)
        return self.describe_file(data, upload.ending_of(data))


_UPLOADS = "/api/near"
_API = ("about", "rows", "facets", "sample", "groups", "near", "map", "suspects", "search")


def make_app(page: Page, names: tuple[str, ...], port: int, pass_: Pass) -> ASGIApp:
    """Return the page as an application, guarded."""
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.routing import Route

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
        body = page.files.get(name)
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
