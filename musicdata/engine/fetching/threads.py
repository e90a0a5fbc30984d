"""Fetches what a network stage wants: its due items, in threads, each outcome written down as it happens."""

from __future__ import annotations

import contextlib
import json
import queue
import shutil
import threading
import time
from typing import TYPE_CHECKING

from musicdata.definitions.stage import Item
from musicdata.engine.fetching.calls import ItemCalls
from musicdata.engine.fetching.rate_limits import StoppedError
from musicdata.errors import PausedError
from musicdata.settings import data_without_keys, redact
from musicdata.system.files import storage_faults
from musicdata.system.http import HttpError

if TYPE_CHECKING:
    from pathlib import Path

    from musicdata.definitions.recipe import Step
    from musicdata.definitions.stage import Fetcher
    from musicdata.engine.fetching.rate_limits import RateLimiter
    from musicdata.engine.progress import Progress
    from musicdata.settings.services import Services
    from musicdata.workspace.ledger import Ledger

_IN_MEMORY = 256  # items read from the ledger at a time
_POLL_S = 0.1
_DETAIL_CHARACTERS = 500


class Fetching:
    """One run over the due items of a network stage."""

    def __init__(
        self,
        step: Step,
        ledger: Ledger,
        limiter: RateLimiter,
        services: Services,
        scratch: Path,
        progress: Progress,
    ) -> None:
        self._step = step
        self._stage = step.stage.name
        self._ledger = ledger
        self._limiter = limiter
        self._services = services
        self._scratch = scratch
        self._progress = progress
        self._waiting: queue.Queue[tuple[str, str] | None] = queue.Queue(maxsize=_IN_MEMORY)
        self._faults: list[BaseException] = []
        self._lock = threading.Lock()

    def run(self, *, n_threads: int) -> None:
        """Fetch until nothing is due.

        Raises:
            PausedError: a service asked for a long wait, or its budget of today is spent; the rest stays due.
            SetupError: no item could be had: a key is wrong, a program is missing.
        """
        threads = [threading.Thread(target=self._work, args=[n], daemon=True) for n in range(n_threads)]
        for thread in threads:
            thread.start()
        try:
            for entry in self._ledger.due(self._stage, time.time(), _IN_MEMORY):
                if not self._handed_over(entry):
                    break
            for _ in threads:
                self._handed_over(None)
            for thread in threads:
                while thread.is_alive():
                    thread.join(_POLL_S)  # so that Ctrl-C is heard
        finally:
            self._limiter.stopped.set()
            for thread in threads:
                thread.join()
            self._limiter.stopped.clear()
        if self._faults:
            raise min(self._faults, key=_pause_last)

    def _handed_over(self, entry: tuple[str, str] | None) -> bool:
        """Give an item to a thread; False when they have stopped working."""
        while not self._limiter.stopped.is_set():
            try:
                self._waiting.put(entry, timeout=_POLL_S)
            except queue.Full:
                continue
            return True
        return False

    def _work(self, number: int) -> None:
        """Fetch items until there are no more, or until one meets what all would meet."""
        network = self._step.stage.network
        assert network is not None, "only network stages fetch"
        fetcher: Fetcher | None = None
        scratch = self._scratch / f"{self._stage}-{number}"
        try:
            while (entry := self._next()) is not None:
                fetcher = fetcher or network.connect(self._step.parameters, self._services)
                self._fetch(fetcher, Item(entry[0], json.loads(entry[1])), scratch)
        except StoppedError:
            pass
        except BaseException as error:  # noqa: BLE001 - it is raised again in the main thread
            with self._lock:
                self._faults.append(error)
            self._limiter.stopped.set()
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
            if fetcher is not None:
                fetcher.close()

    def _next(self) -> tuple[str, str] | None:
        while not self._limiter.stopped.is_set():
            try:
                return self._waiting.get(timeout=_POLL_S)
            except queue.Empty:
                continue
        return None

    def _fetch(self, fetcher: Fetcher, item: Item, scratch: Path) -> None:
        """Fetch one item and write down what became of it."""
        calls = ItemCalls(self._ledger, self._limiter, self._stage, item.key, scratch)
        with storage_faults(scratch):
            scratch.mkdir(parents=True, exist_ok=True)
        try:
            outcome, reason = self._concluded(fetcher, item, calls)
        finally:
            _empty(scratch)
        self._progress.fetched(outcome, item.key, reason)

    def _concluded(self, fetcher: Fetcher, item: Item, calls: ItemCalls) -> tuple[str, str]:
        """Fetch an item and note how it ended; return its outcome, and the reason if it failed."""
        try:
            fetched = fetcher.fetch(item, calls)
        except HttpError as error:
            detail = redact(error.detail)[:_DETAIL_CHARACTERS]
            self._ledger.fail(self._stage, item.key, str(error.outcome), error.reason, detail)
            return str(error.outcome), error.reason
        if isinstance(fetched, bytes):
            self._ledger.conclude(self._stage, item.key, data_without_keys(fetched))
        else:
            self._ledger.conclude_file(self._stage, item.key, fetched)
        return "ok", ""


def _empty(folder: Path) -> None:
    """Remove what is in a folder; one in which nothing was put, as most items do, costs next to nothing."""
    with contextlib.suppress(FileNotFoundError):
        if any(folder.iterdir()):
            shutil.rmtree(folder, ignore_errors=True)


def _pause_last(error: BaseException) -> bool:
    """Sort what the user has to mend before what only time mends."""
    return isinstance(error, PausedError)
