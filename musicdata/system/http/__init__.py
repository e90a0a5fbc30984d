"""The only opener of sockets of our own: deadlines, retries, caps on sizes, and nothing secret in errors.

A call ends within its deadline, retries and waits included, whatever the server does: a watchdog shuts the socket at
that moment, while headers or body drip in one byte at a time. (Only the system's name resolution cannot be cut short.)

Outcomes that may pass (`transient`, `rate_limited`) are tried again, after 0.5 s, 1 s, 2 s … and never sooner than
`Retry-After` says. A wait that is longer than `Limits.max_wait_s`, or than what is left of the deadline, is not slept
through: the error says when to come back. A POST is sent again only if the server cannot have acted on it.

Certificates are always checked. Redirects are followed for GET and HEAD only, five at most, to http and https only; on
another host the caller's headers are left behind. Cookies and ~/.netrc are not used. Keys are given as `Secret`s.

`BorrowedSession` holds the calls of a library to the same, apart from retries: there are none.
"""

from musicdata.system.http.borrowed import BorrowedSession as BorrowedSession
from musicdata.system.http.client import Client as Client
from musicdata.system.http.client import Reply as Reply
from musicdata.system.http.outcome import HttpError as HttpError
from musicdata.system.http.outcome import Limits as Limits
from musicdata.system.http.outcome import Outcome as Outcome
from musicdata.system.http.outcome import public as public
