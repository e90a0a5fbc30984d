"""What is known of a service, declared by us or by a plug-in, is known everywhere."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from musicdata import settings
from musicdata.api import doctor, terms
from musicdata.definitions import plugins, service
from musicdata.errors import RecipeError, UsageError
from musicdata.settings import services
from musicdata.settings.service import SERVICES, Address, Service
from musicdata.twin import Population, Twin
from tests.recipes import TO_WINDOWS, write_recipe

REVIEWS = """
from musicdata.settings.service import Address, Service, ServiceTerms

SERVICE = Service(
    name="reviews",
    title="The review site",
    used_for="reviews of albums",
    addresses=(Address("reviews", "https://reviews.example/api/", "REVIEWS_URL"),),
    keys={"REVIEWS_KEY": "more than ten calls a day need it"},
    terms=ServiceTerms("2026-11", ("https://reviews.example/terms",), ("Ten calls a day are free.",)),
)
"""


@pytest.fixture
def reviews(tmp_path: Path) -> Iterator[None]:
    """A plug-in that declares a service, at work."""
    (tmp_path / "my_services.py").write_text(REVIEWS, "utf-8")
    plugins.activate(plugins.load([tmp_path / "my_services.py"]))
    yield
    plugins.activate(plugins.Plugins())


@pytest.mark.usefixtures("reviews")
def test_a_service_of_a_plugin_is_known_like_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REVIEWS_KEY", "ca/nary 4711")
    finding = next(found for found in doctor.examine() if found.name == "REVIEWS_KEY")
    assert (finding.ok, finding.found, finding.needed_to) == (True, "set", "crawl")
    assert [one.service for one in terms.of(["reviews.search", "spotify"])] == ["spotify", "reviews"]
    assert "  - Ten calls a day are free." in list(terms.lines(terms.of(["reviews"])))
    found = services.read(services=service.known())
    assert found.url("reviews") == "https://reviews.example/api/"
    assert found.key("REVIEWS_KEY", "Reviews").reveal() == "ca/nary 4711"
    assert settings.redact(f"GET /?k={quote('ca/nary 4711')} ca/nary 4711") == "GET /?k=*** ***"
    elsewhere = services.read({"REVIEWS_URL": "http://127.0.0.1:9/"}, service.known())
    assert elsewhere.url("reviews") == "http://127.0.0.1:9/"
    assert not service.SERVICES.find("reviews").is_in_world(elsewhere.urls)


@pytest.mark.usefixtures("reviews")
def test_what_the_key_is_for_is_said_while_it_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REVIEWS_KEY", raising=False)
    finding = next(found for found in doctor.examine() if found.name == "REVIEWS_KEY")
    assert (finding.ok, finding.found) == (False, "not set; more than ten calls a day need it")
    assert finding.mend == "export REVIEWS_KEY=…"


def test_the_doctor_looks_at_the_plugins_of_a_recipe(tmp_path: Path) -> None:
    (tmp_path / "my_services.py").write_text(REVIEWS, "utf-8")
    recipe = Path(write_recipe(tmp_path, *TO_WINDOWS))
    recipe.write_text(f'{recipe.read_text("utf-8")}\n[plugins]\nmodules = ["my_services.py"]\n', "utf-8")
    try:
        assert "REVIEWS_KEY" in {found.name for found in doctor.examine(str(recipe))}
        assert "REVIEWS_KEY" not in {found.name for found in doctor.examine("musictm")}
    finally:
        plugins.activate(plugins.Plugins())


def test_a_key_is_taken_out_of_logs_before_anybody_has_read_it(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        REVIEWS + "\nimport logging\nlogging.warning('with %s', 'canary-4711')\n", "utf-8"
    )
    code = (
        "import sys; from pathlib import Path; from musicdata import settings; from musicdata.definitions import plugins;"
        "settings.guard_logs(); plugins.load([Path(sys.argv[1])])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "mine.py"],
        env={"REVIEWS_KEY": "canary-4711"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "WARNING:root:with ***\n"


@pytest.mark.usefixtures("reviews")
def test_the_twin_has_no_service_of_a_plugin_and_does_not_call_the_world_for_it() -> None:
    with (
        Twin(Population(40, n_moods=2)) as twin,
        pytest.raises(UsageError, match=r"'reviews'.*videos.*The twin stands"),
    ):
        twin.services().url("reviews")


def test_a_service_that_nobody_declared_is_named() -> None:
    with pytest.raises(RecipeError, match=r"'reviews'.*spotify \(playlists and tracks\).*SERVICE = Service"):
        terms.of(["spotify", "reviews.search"])


@pytest.mark.usefixtures("reviews")
def test_two_services_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "again.py").write_text(REVIEWS, "utf-8")
    plugins.activate(plugins.load([tmp_path / "my_services.py", tmp_path / "again.py"]))
    with pytest.raises(RecipeError, match=r"two services are called 'reviews'.*my_services\.py.*again\.py"):
        service.known()


def test_two_addresses_of_one_name_are_refused() -> None:
    address = Address("lrclib", "https://elsewhere.example/", "LYRICS_URL")
    mine = Service(name="lyrics", title="Mine", used_for="lyrics", addresses=(address,))
    with pytest.raises(UsageError, match="two services have an address called 'lrclib'"):
        services.read({}, [*SERVICES, mine])


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (lambda: Service(name="my.reviews", title="", used_for=""), "a service is called 'my.reviews'"),
        (lambda: Service(name="reviews", title="", used_for="", keys={"key": ""}), "a key of service reviews"),
        (lambda: Address("reviews", "reviews.example", "REVIEWS_URL"), "url of address reviews is 'reviews.example'"),
        (lambda: Address("reviews", "http://reviews.example/", "reviews-url"), "the variable of address reviews"),
    ],
)
def test_a_wrong_declaration_says_what_is_wrong(declare: object, message: str) -> None:
    assert callable(declare)
    with pytest.raises(UsageError, match=message):
        declare()


def test_an_address_that_is_none_names_its_variable() -> None:
    with pytest.raises(UsageError, match="MUSIXMATCH_URL is 'localhost'"):
        services.read({"MUSIXMATCH_URL": "localhost"})


def test_a_workspace_that_accepted_the_terms_once_is_not_asked_again() -> None:
    shown = terms.of(["spotify", "musixmatch", "lrclib", "youtube.search", "youtube.media"])
    assert terms.digest(shown) == "ba23108ee51a95575e9e1d917f9dfc3c392c00fd5cfeea575f892180d363c562"
