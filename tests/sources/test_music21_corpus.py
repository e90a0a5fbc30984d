"""The scores with lyrics that come with music21."""

from __future__ import annotations

import subprocess
import sys

from musicdata.music.formats import musicxml
from musicdata.sources import music21_corpus


def test_scores_are_found_once_and_in_order() -> None:
    scores = music21_corpus.scores()
    names = [name for name, _ in scores]
    assert names == sorted(set(names))
    assert len(names) > 400
    assert all(path.is_file() and path.as_posix().endswith("/corpus/" + name) for name, path in scores)


def test_what_is_known_to_be_no_song_is_left_out() -> None:
    names = {name for name, _ in music21_corpus.scores()}
    # the first two have an inner file of another name than score.xml
    assert {"johnson_j_r/lift_every_voice.mxl", "liliuokalani/aloha_oe.mxl", "bach/bwv10.7.mxl"} <= names
    folder = music21_corpus.corpus_folder()
    for name in (
        "leadSheet/berlinAlexandersRagtime.mxl",
        "schubert/Lindenbaum.xml",
        "monteverdi/madrigal.3.1.mxl",
    ):
        assert (folder / name).is_file(), "music21 has moved it: see whether leaving it out is still needed"
        assert name not in names


def test_songs_can_be_read() -> None:
    for _, path in music21_corpus.scores()[::40]:
        (song,) = musicxml.read(path.read_bytes(), path.name)
        assert song.notes


def test_finding_does_not_import_music21() -> None:
    program = (
        "import sys; from musicdata.sources.music21_corpus import scores; "
        "assert scores(); assert 'music21' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
