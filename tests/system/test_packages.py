import importlib.metadata
from collections.abc import Iterator

import pytest

from musicdata.errors import SetupError
from musicdata.system import packages

STATED = [
    "numpy>=2.0",
    "music21<11,>=10.1; extra == 'build'",
    "scipy>=1.14; extra == 'build'",
    "lilypond==2.24.3; (platform_machine == 'x86_64') and extra == 'build'",
    "scikit-learn>=1.6; extra == 'validate'",
    "scipy>=1.14; extra == 'validate'",
    "Torch>=2.6; extra == 'deep'",
    "scipy>=1.14; extra == 'dev'",
]


@pytest.fixture(autouse=True)
def stated(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What an installed musicdata says that it and its extras need."""
    monkeypatch.setattr(importlib.metadata, "requires", lambda _name: STATED)
    packages._brought.cache_clear()
    yield
    packages._brought.cache_clear()


@pytest.mark.parametrize(
    ("names", "prefer", "command"),
    [
        (["scipy"], "build", "pip install 'musicdata[build]'"),
        (["scipy"], "validate", "pip install 'musicdata[validate]'"),
        (["scipy", "scikit-learn"], "build", "pip install 'musicdata[validate]'"),
        (["music21", "scikit-learn"], "build", "pip install 'musicdata[build,validate]'"),
        (["torch"], "build", "pip install 'musicdata[deep]'"),
        (["lilypond"], "build", "pip install 'musicdata[build]'"),
        (["sheetmusicx", "torch"], "build", "pip install 'musicdata[deep]' sheetmusicx"),
    ],
)
def test_the_command_names_the_extra_that_brings_it_all(names: list[str], prefer: str, command: str) -> None:
    assert packages.mend(names, prefer) == command


def test_what_is_there_is_not_asked_for_and_what_is_not_is_named_with_the_command() -> None:
    packages.require(["numpy", "pytest"], "this test")
    assert packages.version("numpy") == importlib.metadata.version("numpy")
    with pytest.raises(
        SetupError, match=r"^stage x needs no-such-a, no-such-b, which are not installed\. Run: pip install no-"
    ):
        packages.require(["no-such-a", "numpy", "no-such-b"], "stage x")
    with pytest.raises(SetupError, match=r"^no-such is not installed\. Run: pip install no-such$"):
        packages.version("no-such")


def test_extras_list_what_they_bring_on_every_machine() -> None:
    assert packages.core() == ["numpy"]
    assert packages.extras()["build"] == ["music21", "scipy"]
    assert packages.extras()["deep"] == ["Torch"]
