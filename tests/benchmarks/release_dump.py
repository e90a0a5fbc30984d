"""Reading MusicBrainz's dump of releases against `xz -dc | tar -t`, and listing the recordings of as many albums as MARD has.

The dump is made up: real releases of ``../shared/data/musicbrainz`` with other ids and titles, some 10 kB a line. Lines
of the real dump have all relations too and are longer; how much longer nobody has told. ``python -m
tests.benchmarks.release_dump [LINES]``; 20,000 without an argument.
"""

from __future__ import annotations

import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from musicdata.definitions import contract, trial
from musicdata.sources.musicbrainz import dump
from musicdata.stages.ingest.recordings import STAGE
from tests.benchmarks.printing import print_table
from tests.songs import shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

N_LINES, N_ALBUMS, SONGS_AN_ALBUM, MAPPED = 20_000, 65_566, 12.3, 0.43
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TITLE = re.compile(r'"title":"[^"]*"')
_RELEASE_ID = re.compile(r'"id":"([0-9a-f-]{36})","media"')


def lines(n_lines: int) -> Iterator[str]:
    """Yield releases as lines of a dump."""
    chance = random.Random(0)
    words = ["".join(chance.choices("etaoinshrdlucm", k=chance.randint(2, 9))) for _ in range(3_000)]
    real = [json.loads(path.read_bytes()) for path in sorted(shared("musicbrainz").glob("*/release*.json"))]
    known = [json.dumps(one, separators=(",", ":")) for one in real if "media" in one]
    large = [text for text in known if len(text) > 4_000]
    for _ in range(n_lines):
        ids: dict[str, str] = {}
        text = _ID.sub(lambda match: ids.setdefault(match.group(), _new_id(chance)), chance.choice(large))  # noqa: B023
        yield _TITLE.sub(lambda _: f'"title":"{" ".join(chance.choices(words, k=4))}"', text)


def _new_id(chance: random.Random) -> str:
    number = f"{chance.getrandbits(128):032x}"
    return f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:]}"


def write(folder: Path, n_lines: int) -> tuple[Path, int, list[str]]:
    """Write a dump; return it, the bytes it holds, and ids of releases."""
    (folder / "mbdump").mkdir()
    ids = []
    with (folder / "mbdump" / "release").open("w", encoding="utf-8") as file:
        for line in lines(n_lines):
            file.write(line + "\n")
            ids += _RELEASE_ID.findall(line)
    size = (folder / "mbdump" / "release").stat().st_size
    pack = "tar -c mbdump/release | xz -2 -T2 -c > release.tar.xz && rm -r mbdump"
    subprocess.run(["bash", "-c", pack], cwd=folder, check=True)
    return folder / "release.tar.xz", size, ids


def listing(release_ids: list[str]) -> dict[str, pa.Table]:
    """Return tables of as many albums and songs as MARD has; a twentieth of the mapped ones has a release and no songs."""
    chance = random.Random(1)
    albums, songs = [], []
    for number in range(N_ALBUMS):
        album = {"album_id": f"B{number:09d}", "n_songs": 0, "n_reviews": 0}
        if chance.random() < MAPPED:
            album["release_mbid"] = chance.choice(release_ids)
            if chance.random() < 0.95:
                songs += [
                    {
                        "album_id": album["album_id"],
                        "song_index": index,
                        "title": "a song",
                        "recording_id": _new_id(chance),
                    }
                    for index in range(round(chance.expovariate(1 / SONGS_AN_ALBUM)) + 1)
                ]
        albums.append(album)
    rows = {"albums": albums, "album_songs": songs}
    schemas = {name: contract.load(name).arrow_schema() for name in rows}
    return {
        name: pa.table({c: [row.get(c) for row in rows[name]] for c in schema.names}, schema=schema)
        for name, schema in schemas.items()
    }


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that something takes on the clock and of the processor, those of its children too."""
    wall, cpu = time.perf_counter(), _cpu_s()
    work()
    return time.perf_counter() - wall, _cpu_s() - cpu


def _list(tables: dict[str, pa.Table], given: str, trials: list[trial.Trial]) -> None:
    trials.append(trial.run(STAGE, tables, dump=given))


def _cpu_s() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Print what was measured."""
    n_lines = int(sys.argv[1]) if len(sys.argv) > 1 else N_LINES
    with tempfile.TemporaryDirectory() as folder:
        path, size, ids = write(Path(folder), n_lines)
        packed = path.stat().st_size
        wanted = set(random.Random(2).sample(ids, len(ids) // 20))
        rows = []
        todo: dict[str, Callable[[], object]] = {
            "`xz -dc | tar -t`": lambda: subprocess.run(
                ["bash", "-c", f"xz -dc {path} | tar -t > {folder}/list"], check=True
            ),
            "`dump.read`": lambda: dump.read(path, wanted, set()),
        }
        for name, work in todo.items():
            wall_s, cpu_s = timed(work)
            rows.append(
                [name, f"{wall_s:.1f}", f"{cpu_s:.1f}", f"{packed / cpu_s / 1e6:.1f}", f"{size / cpu_s / 1e6:.0f}"]
            )
        held_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        print_table(
            f"{n_lines:,} lines, {size / 1e6:.0f} MB, packed {packed / 1e6:.0f} MB; {held_mb:.0f} MB of memory held at most",
            ["what", "s on the clock", "s of processor", "MB packed a s of processor", "MB a s of processor"],
            rows,
        )
        tables = listing(ids)
        made = []
        for name, given in (("songs alone", ""), ("with the dump", str(path))):
            trials: list[trial.Trial] = []
            wall_s, cpu_s = timed(partial(_list, tables, given, trials))
            made.append([name, f"{trials[0].tables['recordings'].num_rows:,}", f"{wall_s:.1f}", f"{cpu_s:.1f}"])
        print_table(
            f"Stage list_recordings: {N_ALBUMS:,} albums, {tables['album_songs'].num_rows:,} songs; "
            f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB with all tables in memory",
            ["what", "recordings", "s on the clock", "s of processor"],
            made,
        )


if __name__ == "__main__":
    main()
