"""A data set that exists in memory only, served by the page: any columns, any number of rows, any texts."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import uvicorn

from musicdata.definitions.contract import Contract
from musicdata.web.answers import Abilities, Page
from musicdata.web.guard import Pass
from musicdata.web.server import listening, make_app
from tests.web.served import Served


class Made:
    """As much of a data set as the page needs: tables by name, each a contract and rows."""

    root = Path()

    def __init__(self, **tables: tuple[Contract, pa.Table]) -> None:
        self._tables = tables

    @property
    def tables(self) -> list[str]:
        return list(self._tables)

    def contract(self, name: str) -> Contract:
        return self._tables[name][0]

    def iterate(self, name: str, columns: list[str], *_span: str) -> Iterator[pa.Table]:
        rows = self._tables[name][1]
        for start in range(0, len(rows), 1 << 16):
            yield rows.slice(start, 1 << 16).select(columns)

    def rows(self, name: str, key: str, columns: list[str]) -> Iterator[dict[str, Any]]:
        contract, rows = self._tables[name]
        yield from (row for row in rows.select(columns).to_pylist() if row[contract.key[0]] == key)


def contract(name: str, key: list[str], *columns: dict[str, Any]) -> Contract:
    return Contract.of(
        {"table": {"name": name, "description": "One row per thing.", "key": key}, "column": list(columns)}
    )


def column(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": "Made up."} | more


@contextlib.contextmanager
def serving(made: Made, about: dict[str, Any], begin: str) -> Iterator[Served]:
    """Serve it in a thread of this process; the browser is let in already."""
    page = Page(made, lambda: about, None, lambda: Abilities(begin))  # type: ignore[arg-type]
    with listening("127.0.0.1", 0) as listener:
        port, pass_ = listener.getsockname()[1], Pass()
        app = make_app(page, ("127.0.0.1",), port, pass_)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield Served(None, port, pass_.token, pass_.session)  # type: ignore[arg-type]
        finally:
            server.should_exit = True
            thread.join()
    page.library.close()
