"""A song of the user's own, put into words by a network that was trained: what is heard, read, told and refused."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

pytest.importorskip("torch")
pytest.importorskip("transformers")

from musicdata.definitions.captioning import CaptionRequest
from musicdata.errors import InputError, IntegrityError, UsageError
from musicdata.music.features.ears import EarFacts, load_clip
from musicdata.music.features.ears.small import SmallEar, train_small
from musicdata.twin.captions import CaptionPopulation
from musicdata_baselines.captioning.songs import Songs
from musicdata_baselines.deep.captioning.plan import Plan
from musicdata_baselines.deep.captioning.saving import open_model
from musicdata_baselines.deep.captioning.training import train
from musicdata_baselines.errors import ModelFileError
from musicdata_baselines.suites.captioning.using import EAR_FILE, caption
from tests.trees import digests

RATE_HZ = 16_000
WORDS = "we saw the lonely harbour\n\nthey left the golden coin\n"


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.3, 0.3, round(seconds * RATE_HZ)).astype(np.float32)


@pytest.fixture(scope="module")
def ear() -> SmallEar:
    clips = np.stack([noise(15, number) * (1 + number % 2) for number in range(6)])
    return train_small([clips], [{"loud"} if number else set() for number in range(6)], seed=0, epochs=1).ear


def facts_of(facts: EarFacts) -> dict[str, Any]:
    """Return what a validation keeps of an ear; tables have 16 digits of the digest of its weights."""
    return dataclasses.asdict(facts) | {"weights_sha256": facts.weights_sha256[:16]}


def songs(n: int, first: int) -> Songs:
    made = [CaptionPopulation().song(first + number) for number in range(n)]
    tokens = np.random.default_rng(first).normal(size=(n, 10, 64)).astype(np.float16)
    captions = tuple(tuple(text for text, _ in song.captions) for song in made)
    return Songs(tuple(song.id for song in made), tuple(song.lyrics for song in made), tokens, captions)


@pytest.fixture(scope="module")
def trained(ear: SmallEar, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a network that heard; its weights are hardly trained."""
    folder = tmp_path_factory.mktemp("trained") / "fusion-0"
    train(Plan(steps=3, most_steps=3, ear=facts_of(ear.facts)), songs(12, 0), songs(4, 20), folder, "cpu")
    (folder / EAR_FILE).write_bytes(ear.saved())
    return folder


@pytest.fixture(scope="module")
def deaf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained") / "lyrics-only-0"
    train(Plan(system="lyrics", steps=3, most_steps=3), songs(12, 0), songs(4, 20), folder, "cpu")
    return folder


@pytest.fixture
def sound(tmp_path: Path) -> Callable[[np.ndarray], Path]:
    def write(samples: np.ndarray) -> Path:
        soundfile.write(tmp_path / "song.wav", samples, RATE_HZ)
        return tmp_path / "song.wav"

    return write


def test_a_caption_is_what_the_network_says_of_what_the_ear_hears(
    trained: Path, ear: SmallEar, sound: Callable[[np.ndarray], Path]
) -> None:
    path = sound(noise(15.5))
    before = digests(trained, ".")
    made = caption(CaptionRequest(trained, path, WORDS, device="cpu"))
    model = open_model(trained)
    tokens = ear.tokens(load_clip(path).samples[None]).astype(np.float16)
    expected = model.caption(Songs(("x",), (WORDS.strip(),), tokens, ((),)))
    assert [made.text] == expected
    assert (made.model, made.ear, made.seconds_read) == ("fusion (fusion-0)", ear.facts.label, 15.0)
    assert made.n_lyric_tokens == len(model.tokenizer.encode([WORDS.strip()], 256)[0])
    assert not any("sound" in note for note in made.notes)
    assert any("not learned to read" in note for note in made.notes)  # three steps are not enough
    assert "nothing in it was checked" in made.notes[-1]
    assert caption(CaptionRequest(trained, path, WORDS, device="cpu")) == made
    assert digests(trained, ".") == before
    assert [file.name for file in path.parent.iterdir()] == ["song.wav"]


def test_what_pages_put_around_lyrics_is_not_read(trained: Path, sound: Callable[[np.ndarray], Path]) -> None:
    path = sound(noise(15))
    plain = caption(CaptionRequest(trained, path, WORDS))
    assert caption(CaptionRequest(trained, path, f"[Verse 1]\r\n{WORDS}\n3Embed")) == plain


def test_a_song_in_notes_is_played(trained: Path, tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(CaptionPopulation().song(0).midi())
    made = caption(CaptionRequest(trained, path, WORDS))
    assert made.seconds_read == 15.0
    assert any(note.startswith("The MIDI file was played") for note in made.notes)


def test_missing_words_too_many_words_and_short_sounds_are_told(
    trained: Path, sound: Callable[[np.ndarray], Path]
) -> None:
    path = sound(noise(3.5))
    for words, told in (
        ("", "There are no words: what"),
        (" [Instrumental]\n", "There are no words but what pages put"),
    ):
        made = caption(CaptionRequest(trained, path, words))
        assert made.n_lyric_tokens == 0
        assert any(note.startswith(told) for note in made.notes)
    assert any("3.5 s of sound, filled up with silence; the model was trained on 15 s" in note for note in made.notes)
    long = caption(CaptionRequest(trained, path, WORDS * 100))
    assert long.n_lyric_tokens == 256
    assert any("the model reads the first 256" in note for note in long.notes)


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (noise(0.2), "too_short"),
        (np.zeros(RATE_HZ * 15, np.float32), "silent"),
    ],
)
def test_sound_in_which_nothing_can_be_heard_is_refused(
    samples: np.ndarray, reason: str, trained: Path, sound: Callable[[np.ndarray], Path]
) -> None:
    with pytest.raises(InputError, match=rf"song\.wav cannot be heard: .*\({reason}\); give another recording"):
        caption(CaptionRequest(trained, sound(samples), WORDS))


@pytest.mark.parametrize("name", ["song.mp3", "song.wav", "song.mid", "song"])
def test_a_corrupt_file_is_refused(name: str, trained: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(bytes(range(256)) * 8)
    with pytest.raises(InputError, match=rf"{name} cannot be heard: "):
        caption(CaptionRequest(trained, tmp_path / name, WORDS))


def test_a_network_that_only_reads_says_so(deaf: Path, tmp_path: Path) -> None:
    made = caption(CaptionRequest(deaf, tmp_path / "never read", WORDS))
    assert (made.model, made.ear, made.seconds_read) == ("lyrics only (lyrics-only-0)", "", 0.0)
    assert any("the sound was not heard" in note for note in made.notes)


def test_another_ear_than_the_networks_is_refused(
    trained: Path, ear: SmallEar, sound: Callable[[np.ndarray], Path], tmp_path: Path
) -> None:
    path, folder = sound(noise(15)), tmp_path / "model"
    shutil.copytree(trained, folder)
    other = SmallEar.of({name: array + 1 for name, array in ear.weights.items()}, ear.tags)
    (tmp_path / "other").write_bytes(other.saved())
    with pytest.raises(IntegrityError, match=f"of digest {ear.facts.weights_sha256[:16]}, .* by --ear-weights"):
        caption(CaptionRequest(folder, path, WORDS, tmp_path / "other"))
    (folder / EAR_FILE).unlink()
    with pytest.raises(
        UsageError, match=r"needs a file with its weights.* hears by small 1: give the file .* --ear-weights"
    ):
        caption(CaptionRequest(folder, path, WORDS))
    (tmp_path / "same").write_bytes(ear.saved())
    assert caption(CaptionRequest(folder, path, WORDS, tmp_path / "same")).ear == ear.facts.label
    (tmp_path / "same").write_bytes(b"no weights")
    with pytest.raises(UsageError, match="--ear-weights"):
        caption(CaptionRequest(folder, path, WORDS, tmp_path / "same"))


def test_a_later_version_of_an_ear_is_another_ear(
    trained: Path, sound: Callable[[np.ndarray], Path], tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(trained, folder)
    head = json.loads((folder / "model.json").read_text("utf-8"))
    head["ear"]["version"] = "0"
    (folder / "model.json").write_text(json.dumps(head), "utf-8")
    with pytest.raises(IntegrityError, match="trained with the ear small 0, here is small 1, whose tokens are others"):
        caption(CaptionRequest(folder, sound(noise(15)), WORDS))
    head["ear"] = {}
    (folder / "model.json").write_text(json.dumps(head), "utf-8")
    with pytest.raises(InputError, match="does not say which ear its network was trained with"):
        caption(CaptionRequest(folder, sound(noise(15)), WORDS))


def test_a_damaged_network_is_refused(trained: Path, sound: Callable[[np.ndarray], Path], tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(trained, folder)
    data = bytearray((folder / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (folder / "model.safetensors").write_bytes(data)
    with pytest.raises(ModelFileError, match=r"model\.safetensors has the digest .* train it again"):
        caption(CaptionRequest(folder, sound(noise(15)), WORDS))
