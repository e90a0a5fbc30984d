"""What can go wrong at a target, said in our words and with nothing secret in it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Concatenate, ParamSpec, Protocol, TypeVar

from musicdata import settings
from musicdata.errors import InputError, MusicdataError, RefusedError, SetupError, TransferError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from musicdata.release.publish.upload import Upload

_P = ParamSpec("_P")
_T = TypeVar("_T")


class _Addressed(Protocol):
    @property
    def address(self) -> str: ...


_A = TypeVar("_A", bound=_Addressed)


def transfers(method: Callable[Concatenate[_A, _P], _T]) -> Callable[Concatenate[_A, _P], _T]:
    """Make a method raise our errors only.

    SetupError where credentials are missing or do not suffice, InputError where a bucket is not there, else
    TransferError. The library's own error is not kept beside it: it may hold a signed URL.
    """

    @functools.wraps(method)
    def told(self: _A, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return method(self, *args, **kwargs)
        except MusicdataError as error:
            if getattr(error, "outcome", "") != "blocked":
                raise
            failure: MusicdataError = SetupError(str(error))
        except Exception as error:  # noqa: BLE001 - each library has a tree of errors of its own
            failure = _failure(self.address, error)
        raise failure

    return told


def _failure(where: str, error: Exception) -> MusicdataError:
    text = settings.redact(f"{where}: {_said(error)}")
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, PermissionError) or "Credentials" in type(error).__name__ or status in (401, 403):
        return SetupError(f"{text}. Credentials come from the environment; set some that are allowed to do this")
    if isinstance(error, FileNotFoundError):
        return InputError(f"{text}. Check the URL; what it is in has to be made first")
    return TransferError(f"{text}. Run the same command again; it goes on from there")


def _said(error: BaseException) -> str:
    """Return what an error says, and the one below it, in a line each of at most 300 characters."""
    below = error.__cause__
    message = " ".join(str(error).split())[:300].rstrip(".") or type(error).__name__
    return f"{message} ({_said(below)})" if below is not None else message


def bound(upload: Upload, where: str, told: str, beside: str) -> RefusedError:
    """Return the error that says: an unfinished upload of other bytes of this version is there."""
    return RefusedError(
        f"{where}: an unfinished upload of another {upload.record.slug} is there; its RELEASE.json has the sha256 "
        f"{told[:12]}…, yours has {upload.digest[:12]}…. Finish that one, or remove {where} and {beside}, or publish "
        "yours as another version"
    )


def strayed(where: str, paths: Iterable[str]) -> RefusedError:
    """Return the error that says: there are files that no upload of this release left."""
    strays = sorted(paths)
    more = f" and {len(strays) - 5} more" if len(strays) > 5 else ""
    return RefusedError(
        f"{where} holds files that no upload of this release left there: {', '.join(strays[:5])}{more}. Remove them, "
        "or publish elsewhere"
    )
