"""Serves a twin until Ctrl-C: ``python -m musicdata.twin --tracks 2000``.

With ``--write-songs FOLDER --songs 290000`` it writes made-up songs with their words instead, and ends; with
``--write-captions FOLDER --songs 1400`` songs with their words, their sound and captions that say what is true of them.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import threading
from pathlib import Path

from musicdata.twin import AlbumPopulation, Faults, Population, Twin
from musicdata.twin.captions import CaptionPopulation
from musicdata.twin.captions import tables as caption_tables
from musicdata.twin.faults import ALBUM_STAGES, STAGES
from musicdata.twin.songs import SongPopulation, tables
from musicdata.twin.spotify import REGIMES


def main() -> None:
    """Serve, and print what to export so that a crawl in another terminal finds the twin."""
    parser = argparse.ArgumentParser(prog="python -m musicdata.twin", description=__doc__)
    parser.add_argument("--tracks", type=int, default=2000, help="songs in the population")
    parser.add_argument("--albums", type=int, default=240, help="albums in the population")
    parser.add_argument("--songs", type=int, default=240, help="songs, for --write-songs and --write-captions")
    parser.add_argument("--write-songs", type=Path, metavar="FOLDER", help="write made-up songs there, and end")
    parser.add_argument(
        "--write-captions", type=Path, metavar="FOLDER", help="write songs with captions there, and end"
    )
    parser.add_argument("--moods", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--clip-s", type=float, default=6.0, help="tracks are 2 to 8 s longer than this")
    parser.add_argument("--full", action="store_true", help="tracks of 150 to 260 s instead")
    parser.add_argument("--faults", type=float, default=0.0, help="share of items with a fault")
    parser.add_argument("--regime", choices=REGIMES, default="extended")
    parser.add_argument("--paced", action="store_true", help="MusicBrainz and AcousticBrainz refuse who asks too often")
    parser.add_argument("--video-port", type=int, default=0, help="where videos are served; 0 takes a free port")
    given = parser.parse_args()
    if given.write_songs is not None:
        tables.write_files(SongPopulation(given.songs, given.seed), given.write_songs)
        return
    if given.write_captions is not None:
        caption_tables.write_files(CaptionPopulation(given.songs, given.seed), given.write_captions)
        return
    population = Population(given.tracks, given.moods, given.seed, given.clip_s, given.full)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    faults = Faults.planted(given.faults, given.seed, stages=(*STAGES, *ALBUM_STAGES))
    twin = Twin(
        population,
        albums=AlbumPopulation(given.albums, given.seed),
        faults=faults,
        regime=given.regime,
        is_paced=given.paced,
        video_port=given.video_port,
    )
    with twin:
        for name, value in twin.environment().items():
            print(f"export {name}={value}", flush=True)
        print("# serving until Ctrl-C", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            stop.wait()


if __name__ == "__main__":
    main()
