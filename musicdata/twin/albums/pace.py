"""How often a service lets itself be asked."""

from __future__ import annotations

import threading
import time


class Pace:
    """Counts the requests of a window of time.

    Args:
        n_requests: that a window allows; 0 counts none and allows all.
        window_s: length of a window; the first request opens one.
    """

    def __init__(self, n_requests: int, window_s: float) -> None:
        self.n_requests = n_requests
        self._window_s = window_s
        self._opened_s = -window_s
        self._n_asked = 0
        self._lock = threading.Lock()

    def ask(self) -> tuple[int, float]:
        """Count a request; return how many are left, less than 0 for one too many, and seconds to the next window."""
        with self._lock:
            now_s = time.monotonic()
            if now_s - self._opened_s >= self._window_s:
                self._opened_s, self._n_asked = now_s, 0
            self._n_asked += 1
            return self.n_requests - self._n_asked, self._window_s - (now_s - self._opened_s)
