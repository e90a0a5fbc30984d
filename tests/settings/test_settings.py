import copy
import io
import json
import logging
import pickle
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from musicdata import settings
from musicdata.errors import SetupError, UsageError
from musicdata.settings import Secret

CANARY = "sésame ouvre/toi+1"


@pytest.mark.parametrize(
    ("environment", "home"),
    [
        ({"MUSICDATA_HOME": "/data/md", "XDG_CACHE_HOME": "/caches"}, Path("/data/md")),
        ({"MUSICDATA_HOME": "md"}, Path.cwd() / "md"),
        ({"MUSICDATA_HOME": "~/md"}, Path.home() / "md"),
        ({"MUSICDATA_HOME": "", "XDG_CACHE_HOME": "/caches"}, Path("/caches/musicdata")),
        ({"XDG_CACHE_HOME": "not/absolute"}, Path.home() / ".cache/musicdata"),
        ({}, Path.home() / ".cache/musicdata"),
    ],
)
def test_where_files_are_kept(environment: dict[str, str], home: Path) -> None:
    assert settings.read(environment).home == home


@pytest.mark.parametrize(("told", "offline"), [("1", True), ("Yes", True), ("0", False), ("", False), ("false", False)])
def test_offline(told: str, offline: bool) -> None:
    assert settings.read({"MUSICDATA_OFFLINE": told}).offline is offline


def test_an_offline_that_is_neither_is_an_error() -> None:
    with pytest.raises(UsageError, match="'maybe'"):
        settings.read({"MUSICDATA_OFFLINE": "maybe"})


def test_keys_are_secrets_and_a_missing_one_is_named() -> None:
    found = settings.read({"HF_TOKEN": CANARY, "ZENODO_TOKEN": " "})
    assert found.key("HF_TOKEN", "The hub").reveal() == CANARY
    assert CANARY not in repr(found)
    with pytest.raises(SetupError, match="Zenodo needs a key, and ZENODO_TOKEN is not set"):
        found.key("ZENODO_TOKEN", "Zenodo")


def test_a_secret_is_never_shown() -> None:
    secret = Secret(CANARY)
    shown = [
        str(secret),
        repr(secret),
        f"{secret:>10}",
        str([secret]),
        json.dumps({"a": secret}, default=str),
    ]
    assert all("***" in text and CANARY not in text for text in shown)
    for write in (json.dumps, pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            write(secret)
    assert not hasattr(secret, "__dict__")


def test_a_secret_is_taken_out_of_text_however_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "from the environment")
    Secret(CANARY)
    text = f"{CANARY} {quote(CANARY)} {quote(CANARY, safe='')} {quote_plus(CANARY)} from the environment, and more"
    assert settings.redact(text) == "*** *** *** *** ***, and more"


def test_a_short_value_does_not_eat_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "a")
    assert settings.redact("a banana") == "a banana"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://id:key@bucket/a", "s3://***@bucket/a"),
        ("?access_token=abc&x=1", "?access_token=***&x=1"),
        ("apikey=abc'", "apikey=***'"),
        ("?X-Amz-Security-Token=abc&X-Amz-Credential=id%2F1", "?X-Amz-Security-Token=***&X-Amz-Credential=***"),
        ("https://example.org/a@b?x=1", "https://example.org/a@b?x=1"),
    ],
)
def test_what_signs_a_url_is_taken_out(text: str, shown: str) -> None:
    assert settings.redact(text) == shown


def test_logs_of_any_library_are_guarded() -> None:
    before = logging.getLogRecordFactory()
    try:
        settings.guard_logs()
        settings.guard_logs()
        secret = Secret(CANARY).reveal()
        stream = io.StringIO()
        logger = logging.getLogger("some.library")
        logger.propagate = False
        logger.addHandler(logging.StreamHandler(stream))
        logger.warning("GET /a?key=%s", quote(secret))
        try:
            raise ValueError(secret)
        except ValueError:
            logger.exception("it failed")
        logger.warning("no secret: %d", 7)
        logger.handlers.clear()
    finally:
        logging.setLogRecordFactory(before)
    told = stream.getvalue()
    assert secret not in told
    assert quote(secret) not in told
    assert "GET /a?key=***" in told
    assert "ValueError: ***" in told
    assert "no secret: 7" in told
