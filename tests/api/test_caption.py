"""A song of the user's own is put into words by a model's own suite; what cannot be used is told, nothing written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import musicdata
from musicdata.definitions import plugins
from musicdata.errors import InputError, MusicdataError, UsageError
from tests.cli.test_cli import command_in, run
from tests.trees import digests

SUITE = '''
from musicdata.definitions.captioning import Caption
from musicdata.definitions.suite import Result, Settings, Suite


def run(data, settings, options, clock):
    raise NotImplementedError


def caption(request):
    """Say what was asked."""
    words = request.lyrics.split()
    said = f"{request.audio.name} with {len(words)} words\\n on {request.device}"
    return Caption(said, request.model.name, f"ear {request.ear_weights}", 1.25, len(words), ("A note.",))


SUITES = (
    Suite(name="sayer", settings=Settings, result=Result, run=run, caption=caption),
    Suite(name="mute", settings=Settings, result=Result, run=run),
)
'''


@dataclass(frozen=True)
class Place:
    """A song, its words, and the folder of a model."""

    audio: Path
    lyrics: Path
    model: Path

    def head(self, text: str) -> None:
        (self.model / "model.json").write_text(text, "utf-8")


@pytest.fixture(scope="module")
def plug_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    module = tmp_path_factory.mktemp("plug_in") / "sayer.py"
    module.write_text(SUITE, "utf-8")
    return module


@pytest.fixture
def place(plug_in: Path, tmp_path: Path) -> Iterator[Place]:
    plugins.activate(plugins.load([plug_in]))
    made = Place(tmp_path / "song.mid", tmp_path / "song.txt", tmp_path / "model")
    made.audio.write_bytes(b"MThd")
    made.lyrics.write_text("we saw the sea\n", "utf-8")
    made.model.mkdir()
    made.head('{"task": "sayer"}')
    yield made
    plugins.activate(plugins.Plugins())


def test_the_suite_of_the_model_is_asked(place: Place) -> None:
    before = digests(place.audio.parent, ".")
    made = musicdata.caption(place.audio, place.lyrics, place.model, device="cpu")
    assert made.text == "song.mid with 4 words\n on cpu"
    assert (made.model, made.ear, made.n_lyric_tokens) == ("model", "ear None", 4)
    assert digests(place.audio.parent, ".") == before


def test_a_song_may_have_no_words(place: Place) -> None:
    assert musicdata.caption(place.audio, "-", place.model).n_lyric_tokens == 0
    place.lyrics.write_bytes(b"\xef\xbb\xbf\r\n")
    assert musicdata.caption(place.audio, place.lyrics, place.model).n_lyric_tokens == 0


def test_weights_of_an_ear_are_handed_on(place: Place) -> None:
    weights = place.model / "ear.pth"
    with pytest.raises(InputError, match=r"ear\.pth is not there"):
        musicdata.caption(place.audio, "-", place.model, ear_weights=weights)
    weights.write_bytes(b"weights")
    assert musicdata.caption(place.audio, "-", place.model, ear_weights=weights).ear == f"ear {weights}"


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("{", r"its model\.json is no JSON"),
        ("[" * 100_000, r"its model\.json is no JSON"),
        ("[1]", r"its model\.json holds no object"),
        ("{}", "says no task"),
        ('{"task": 3}', "says no task"),
        ('{"task": "nobody"}', "is a model of another kind: .*nobody"),
        ('{"task": "mute"}', "is a model of suite mute, which puts no songs into words"),
    ],
)
def test_a_folder_that_holds_no_such_model_is_refused(head: str, says: str, place: Place) -> None:
    place.head(head)
    with pytest.raises(UsageError, match=says) as told:
        musicdata.caption(place.audio, place.lyrics, place.model)
    assert told.value.exit_code == 2


def test_a_folder_without_a_model_or_no_folder_is_told(place: Place) -> None:
    (place.model / "model.json").unlink()
    for folder in (place.model, place.model / "none", place.audio):
        with pytest.raises(InputError, match=r"is no folder of a trained model: it has no model\.json"):
            musicdata.caption(place.audio, place.lyrics, folder)
    (place.model / "model.json").symlink_to(place.lyrics)
    with pytest.raises(InputError, match="is a link"):
        musicdata.caption(place.audio, place.lyrics, place.model)


def test_words_that_cannot_be_read_are_told_with_what_to_do(place: Place) -> None:
    place.lyrics.write_bytes("Die schöne See".encode("latin-1"))
    with pytest.raises(InputError, match=r"song\.txt is no text in UTF-8: byte 7 is 0xf6; .* or give - "):
        musicdata.caption(place.audio, place.lyrics, place.model)
    place.lyrics.write_bytes(b"la " * 400_000)
    with pytest.raises(InputError, match=r"the lyrics cannot be read: .*1,200,000 bytes"):
        musicdata.caption(place.audio, place.lyrics, place.model)
    with pytest.raises(InputError, match=r"the lyrics cannot be read: .* a folder"):
        musicdata.caption(place.audio, place.model, place.model)
    place.lyrics.unlink()
    with pytest.raises(InputError, match=r"song\.txt is no file"):
        musicdata.caption(place.audio, place.lyrics, place.model)


def test_a_sound_that_is_not_there_and_a_device_that_is_none_are_told(place: Place) -> None:
    for sound in (place.model, place.audio.with_name("none.wav")):
        with pytest.raises(InputError, match="is no file; give a recording"):
            musicdata.caption(sound, place.lyrics, place.model)
    with pytest.raises(UsageError, match="device 'gpu' is none of auto, cpu, cuda"):
        musicdata.caption(place.audio, place.lyrics, place.model, device="gpu")
    assert issubclass(UsageError, MusicdataError)


def test_the_command_prints_the_caption_and_what_it_was_made_of(place: Place, plug_in: Path) -> None:
    command = ("--plugin", plug_in, "caption", place.audio, place.lyrics, "--with", place.model)
    assert command_in(place.audio.parent, *command, "--device", "cpu").splitlines() == [
        "song.mid with 4 words on cpu",
        "",
        "by model, from 4 tokens of lyrics; 1.2 s of sound heard by ear None",
        "• A note.",
    ]
    done = run(*command, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["notes"] == ["A note."]
