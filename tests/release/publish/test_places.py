"""What users write for a release, and what is read from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.errors import UsageError
from musicdata.release.publish.places import Place, parse


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("s3://bucket/data sets/musictm/1.0.0/", "s3://bucket/data sets/musictm/1.0.0"),
        ("s3://bucket/a/musictm/1.0.0/RELEASE.json", "s3://bucket/a/musictm/1.0.0"),
        ("https://host:8443/a/PUBLICATION.json", "https://host:8443/a"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("https://zenodo.org/records/12", "https://zenodo.org/records/12"),
        ("hf://datasets/me/songs", "hf://datasets/me/songs@main"),
        ("hf://datasets/me/songs@v1.0.0", "hf://datasets/me/songs@v1.0.0"),
        ("hf://datasets/me/songs@1.0.0", "hf://datasets/me/songs@v1.0.0"),
        ("https://host/a/musictm@1.0", "https://host/a/musictm@1.0"),
    ],
)
def test_an_address(text: str, url: str) -> None:
    place = parse(text)
    assert (place.url, place.folder, place.slug, place.name) == (url, None, "", "")


@pytest.mark.parametrize("base", ["s3://bucket/datasets", "https://host/x", "gs://b"])
def test_a_name_below_an_address(base: str) -> None:
    place = parse(f"{base}/musictm@1.0.0+ids")
    asked = (place.url, place.name, place.version, place.view)
    assert asked == (f"{base}/musictm/1.0.0", "musictm", "1.0.0", "ids")
    assert place.text == f"{base}/musictm@1.0.0+ids"


def test_a_folder(tmp_path: Path) -> None:
    there = tmp_path / "a b" / "musictm" / "1.0.0"
    assert parse(str(there)) == Place(str(there), there)
    assert parse(there) == Place(str(there), there)
    assert parse(there.as_uri()).folder == there
    for base in (str(tmp_path / "a b"), (tmp_path / "a b").as_uri()):
        assert parse(f"{base}/musictm@1.0.0").folder == there
    named_so = tmp_path / "musictm@1.0.0"
    named_so.mkdir()
    assert parse(str(named_so)).folder == named_so


def test_a_name_and_a_bare_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse("musictm@1.0.0") == Place("musictm@1.0.0", slug="musictm@1.0.0")
    assert parse("musictm@9") == Place("musictm@9", slug="musictm@9")
    assert parse("musictm-1.0.1") == Place("musictm-1.0.1", Path("musictm-1.0.1"), slug="musictm-1.0.1")
    Path("musictm@1.0.0").mkdir()
    assert parse("musictm@1.0.0").folder == Path("musictm@1.0.0")
    assert parse("x" * 5000).slug == ""
    assert parse("Musictm@1.0.0").slug == parse("a\0b").slug == ""


@pytest.mark.parametrize(
    "text",
    [
        "https://me:hidden@host/a",
        "https://hidden@host/a",
        "s3://bucket/a?X-Amz-Signature=hidden",
        "https://host/a?token=hidden",
        "https://host/a#hidden",
        "hidden key!://host/a?x=1",
    ],
)
def test_an_address_with_a_key_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(UsageError, match="holds no user, no key and no query") as caught:
        parse(text)
    assert "hidden" not in str(caught.value)


def test_a_key_of_the_environment_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_c4nary")
    with pytest.raises(UsageError, match="credentials come from the environment") as caught:
        parse("https://host/hf_c4nary/a")
    assert "c4nary" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ftp://host/a", "nothing is read from ftp://; a release is at file://, https://"),
        ("zenodo://", r"https://zenodo\.org/records/NUMBER"),
        ("s3://bucket/../other/a", "is no address"),
        ("https://host/a\\b", "is no address"),
        ("https://host/a\x1b[2J", "is no address"),
        ("hf://models/me/songs", "hf://datasets/USER/NAME@v1.0.0"),
        ("hf://datasets/me", "hf://datasets/USER/NAME@v1.0.0"),
        ("file://elsewhere/a", "names the machine elsewhere"),
    ],
)
def test_addresses_that_nothing_is_read_from(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse(text)
