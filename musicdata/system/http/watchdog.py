"""Holds a call to its deadline: at that moment, whatever the socket is waiting for, it is shut.

requests knows how long to wait for the next byte, not for the last one: a server that sends a byte now and then keeps
it for ever, in the headers as in the body.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from musicdata.system.http.addresses import permitted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    import requests
    from urllib3 import PoolManager

    from musicdata.settings.reach import Reach

_CHUNK_BYTES = 1 << 16
_running = threading.local()


class TooLongError(Exception):
    """A body is longer than it may be."""


class Watch:
    """The watch over one attempt; what that does in this thread must have ended at `end_s` of the monotonic clock.

    Attributes:
        has_ended: whether the time is over.
        reach: where connections may lead that are opened meanwhile; None for anywhere.
    """

    def __init__(self, end_s: float) -> None:
        self._end_s = end_s
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(max(self.left_s(), 0), self._end)
        self._timer.daemon = True
        self.has_ended = False
        self.reach: Reach | None = None

    def left_s(self) -> float:
        """Return the seconds that are left."""
        return self._end_s - time.monotonic()

    def __enter__(self) -> Watch:
        """Begin to watch."""
        _running.watch = self
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Watch no longer."""
        self._timer.cancel()
        _running.watch = None

    def over(self, connection: socket.socket) -> None:
        """Watch over this socket from now on."""
        self._socket = connection
        if self.has_ended:
            self._end()

    def _end(self) -> None:
        self.has_ended = True
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it is closed already
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # of TLS too: nobody waits for a farewell

    def chunks(self, response: requests.Response, max_bytes: int) -> Iterator[bytes]:
        """Yield the body piece by piece.

        Raises:
            TooLongError: it has more than `max_bytes`.
            TimeoutError: the time is over.
            urllib3.exceptions.HTTPError: it broke off.
        """
        n_bytes = 0
        for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=True):
            n_bytes += len(chunk)
            if n_bytes > max_bytes:
                raise TooLongError(f"a body of more than {max_bytes:,} bytes, which is all that was expected")
            if self.has_ended:
                raise TimeoutError
            yield chunk


def _watch_over(connection: socket.socket | None) -> None:
    watch: Watch | None = getattr(_running, "watch", None)
    if watch is not None and connection is not None:
        watch.over(connection)


class _Watched(HTTPConnection):
    """Shows its socket to the watch as soon as it has one, and again for each request over it."""

    def _new_conn(self) -> socket.socket:
        watch: Watch | None = getattr(_running, "watch", None)
        if watch is None or watch.reach is None or self.proxy is not None:  # a proxy looks up names by itself
            connection = super()._new_conn()
        else:
            connection = self._connected(watch.reach)
        _watch_over(connection)
        return connection

    def _connected(self, reach: Reach) -> socket.socket:
        """Connect to an address that was checked, not to a name that may by now have another."""
        name, port = self._dns_host, self.port
        try:
            addresses = permitted(name, port, reach)
        except socket.gaierror as error:
            raise NameResolutionError(name, self, error) from error
        try:
            for address in addresses[:-1]:
                self._dns_host = address
                with contextlib.suppress(NewConnectionError, ConnectTimeoutError):
                    return super()._new_conn()
            self._dns_host = addresses[-1]
            return super()._new_conn()
        finally:
            self._dns_host = name

    def request(self, *args: Any, **kwargs: Any) -> None:
        _watch_over(self.sock)
        super().request(*args, **kwargs)

    def connect(self) -> None:
        super().connect()
        _watch_over(self.sock)  # TLS has put another in its place


class _WatchedTls(_Watched, HTTPSConnection):
    """Does the same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


_POOLS = {"http": _Pool, "https": _TlsPool}


class WatchedAdapter(HTTPAdapter):
    """Requests' adapter over watched connections; it never tries again by itself."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> PoolManager:
        """Make the pools of connections through a proxy."""
        manager: PoolManager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def innermost(error: BaseException) -> BaseException:
    """Return the error at the bottom of those that libraries wrapped around it."""
    while (below := error.__cause__ or error.__context__) is not None:
        error = below
    return error


def never_connected(error: BaseException) -> bool:
    """Say whether there was no connection, so that nothing can have been asked."""
    return isinstance(innermost(error), (ConnectionRefusedError, socket.gaierror))
