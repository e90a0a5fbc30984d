"""Random melodies for the renderers' tests; a seed names one."""

import io
import random

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image

from musicdata.music.render.lilypond import Page, PageNote
from musicdata.music.render.picture import Picture
from musicdata.music.render.timidity import Clip, ClipNote, Sound

SYLLABLES = ("kno", "wn", "Lie", "be", "strength", "gyp", "the", "für", "qué", "jög", "É", "a b")


def page(seed: int, n_notes: int = 20) -> Page:
    chance = random.Random(seed)
    notes = [
        PageNote(
            chance.randint(55, 81),
            chance.choice([1, 0.5, 2, 1.5, 0.25, 5, 0.75, 1 / 3]),
            chance.choice([0, 0, 0, 0, 0.5]),
            chance.choice([*SYLLABLES, None]),
            hyphen=chance.random() < 0.3,
        )
        for _ in range(n_notes)
    ]
    return Page(f"page {seed}", notes)


def clip(seed: int, first_s: float = 0.0) -> Clip:
    chance = random.Random(seed)
    notes, now = [], first_s
    for _ in range(20):
        now += chance.choice([0, 0, 0, 0, 0.5])
        length = chance.choice([0.25, 0.5, 0.5, 1.0])
        notes.append(ClipNote(chance.randint(55, 81), now, now + length))
        now += length
    return Clip(f"clip {seed}", notes)


def pixels(picture: object) -> NDArray[np.uint8]:
    assert isinstance(picture, Picture), picture
    with Image.open(io.BytesIO(picture.png)) as image:
        assert (image.mode, image.size) == ("L", (picture.width, picture.height))
        return np.array(image)


def samples(sound: object) -> NDArray[np.float32]:
    assert isinstance(sound, Sound), sound
    heard, rate = soundfile.read(io.BytesIO(sound.flac), dtype="float32")
    assert (rate, len(heard), heard.ndim) == (sound.sample_rate, sound.n_samples, 1)
    return heard  # type: ignore[no-any-return]
