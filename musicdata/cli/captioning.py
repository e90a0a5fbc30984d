"""The command that puts a song into words: `musicdata caption`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from musicdata.cli.app import app
from musicdata.cli.options import Json, print_json
from musicdata.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.captioning import Caption

Sound = Annotated[Path, typer.Argument(metavar="AUDIO", help="A recording, or a MIDI file, which is played.")]
Lyrics = Annotated[
    str, typer.Argument(metavar="LYRICS", help="Its words, a text file in UTF-8; - for a song without any.")
]
Model = Annotated[Path, typer.Option("--with", metavar="MODEL", help="Folder of a model that musicdata validate kept.")]
EarWeights = Annotated[
    Path | None,
    typer.Option(
        "--ear-weights",
        metavar="FILE",
        help="What hears for the model, as its data set was built with [default: in the model, or installed].",
    ),
]


@app.command(short_help="Put a song of yours into words, by a model that was trained here.")
def caption(
    audio: Sound,
    lyrics: Lyrics,
    model: Model,
    ear_weights: EarWeights = None,
    device: Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")] = "auto",
    as_json: Json = False,
) -> None:
    """Say in words what a song of yours is about, from its sound and its lyrics; nothing is written.

    musicdata caption song.mp3 song.txt --with musicdata-work/NAME/validation/models/MODEL
    """
    from musicdata.api.caption import caption as put_into_words

    made = put_into_words(audio, lyrics, model, ear_weights=ear_weights, device=device)
    if as_json:
        print_json(dataclasses.asdict(made))
    else:
        for line in lines(made):
            say(line)


def lines(made: Caption) -> Iterator[str]:
    """Yield a caption for people, line by line."""
    yield " ".join(made.text.split()) or "(the model says nothing)"
    yield ""
    heard = f"{made.seconds_read:.1f} s of sound heard by {made.ear}" if made.ear else "the sound was not heard"
    yield f"by {made.model}, from {made.n_lyric_tokens:,} tokens of lyrics; {heard}"
    for note in made.notes:
        yield f"• {note}"
