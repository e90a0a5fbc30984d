"""What of the environment goes to processes that read other people's files: no key of ours, nor of anybody's."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from musicdata.settings.service import key_names

if TYPE_CHECKING:
    from collections.abc import Mapping

PASS = "MUSICDATA_PASS"  # noqa: S105 - names of further variables that workers get, for plug-ins, separated by commas

# What a program needs to find its files, its libraries and its language.
_PLAIN = {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LANGUAGE", "TZ", "TMPDIR", "LD_LIBRARY_PATH"}
_PLAIN |= {"VIRTUAL_ENV", "COLUMNS", "NO_COLOR", "HF_HOME", "HF_HUB_OFFLINE"}
_PLAIN_PREFIXES = ("LC_", "PYTHON", "XDG_", "CONDA_", "MUSICDATA_")
# How libraries of numbers are set up: threads, devices, caches, folders of models.
_OF_NUMBERS = (
    *("OMP_", "MKL_", "OPENBLAS_", "NUMEXPR_", "VECLIB_", "BLIS_", "KMP_", "GOMP_", "NUMBA_", "ARROW_", "MALLOC_"),
    *("TORCH_", "PYTORCH_", "CUDA_", "CUBLAS_", "NVIDIA_", "LIBROSA_", "STANZA_", "FTLANG_"),
)
_NETWORK = {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}
_NETWORK |= {f"{scheme}_PROXY" for scheme in ("HTTP", "HTTPS", "ALL", "NO")}

_SECRET_WORDS = "TOKENS?|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|AUTH|APIKEY|KEYS?|PAT|COOKIES?"  # noqa: S105 - parts of names
_SECRET_NAME = re.compile(rf"(?:^|_)(?:{_SECRET_WORDS})(?:_|$)", re.IGNORECASE)
_SHORTEST = 8  # of a key that is looked for inside other values


def for_workers(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of a worker: what is listed here, and what `MUSICDATA_PASS` names besides.

    Workers make no calls; what looks like a key is left out even where its name begins as if it were needed.
    """
    further = {name.strip() for name in environment.get(PASS, "").split(",")} - {*key_names(), ""}
    kept = _safe(environment, _PLAIN, (*_PLAIN_PREFIXES, *_OF_NUMBERS))
    return kept | {name: environment[name] for name in further if name in environment}


def for_downloads(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment of the process that fetches videos: that of a worker, and how the network is reached."""
    proxies = {name: value for name, value in environment.items() if name.upper() in _NETWORK}
    return _safe(environment, _PLAIN, _PLAIN_PREFIXES) | proxies


def _safe(environment: Mapping[str, str], names: set[str], prefixes: tuple[str, ...]) -> dict[str, str]:
    keys = {environment.get(name, "").strip() for name in environment if _is_secret(name)}
    keys = {key for key in keys if len(key) >= _SHORTEST}
    return {
        name: value
        for name, value in environment.items()
        if (name in names or name.startswith(prefixes))
        and not _is_secret(name)
        and (name in names or not any(key in value for key in keys))
    }


def _is_secret(name: str) -> bool:
    return name in key_names() or _SECRET_NAME.search(name) is not None
