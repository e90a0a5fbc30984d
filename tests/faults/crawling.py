"""Crawls the twin in processes that are killed, or while answers are spoiled, and looks at what is left.

python -m tests.faults.crawling --tracks 10000 --faults 0.2     every item in its class; after a retry the same bytes
python -m tests.faults.crawling --tracks 200 --kills 50         the same bytes, and no call repeated that had succeeded
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import musicdata
from musicdata.definitions import shipped
from musicdata.twin import Faults, Kind, Population, Request, Twin
from musicdata.workspace.folder import Workspace
from musicdata.workspace.ledger import Ledger
from tests.faults import harness
from tests.trees import workspace_digests

RECIPE = "spotify-moods"
CLIP_S = 4.0
NETWORK_STAGES = ("find_playlists", "list_tracks", "fetch_lyrics", "find_videos", "fetch_clips")
Outcomes = dict[str, dict[str, tuple[str | None, str]]]
THREADS = 4
LONGEST_S = 7200.0
SHARDS = {"MUSICDATA_SHARD_ITEMS": "25"}  # several of a hundred tracks; of four, as elsewhere, they would be many
FULL = ("fetch_clips.clip_s=30", "crawl.deadline_s=30")


def command(work: Path, *more: str, threads: int = THREADS, recipe: str = RECIPE) -> list[str]:
    """Return the command that crawls the twin, whose addresses are in the environment."""
    options = [option for value in settings(threads) for option in ("--set", value)]
    return [*harness.COMMAND, "crawl", recipe, "--work", str(work), *options, *more]


def without_features(folder: Path) -> str:
    """Write the recipe as far as the pairs; return its path. What follows is a function of these tables."""
    text = (shipped.folder("pipelines") / f"{RECIPE}.toml").read_text("utf-8")
    path = folder / "recipe.toml"
    path.write_text(text[: text.index('[[stage]]\nuse = "rights.services"')], "utf-8")
    return str(path)


def settings(threads: int = THREADS) -> list[str]:
    """Return what is set so that a crawl of the twin hurries, and its short songs will do."""
    names = ("spotify", "musixmatch", "lrclib", '"youtube.search"', '"youtube.media"')
    budgets = ", ".join(f"{name} = {{ threads = {threads} }}" for name in names)
    return [
        f"crawl.budgets={{ {budgets} }}",
        "crawl.first_wait_s=0.05",
        "crawl.refused_wait_s=0.3",
        "crawl.deadline_s=10",
        f"fetch_clips.clip_s={CLIP_S}",
        "rank_tracks.min_duration_s=1",
    ]


def retry_command(work: Path) -> list[str]:
    """Return the command that tries again whatever failed."""
    return [*harness.COMMAND, "retry", str(work), "--class", "all"]


def outcomes(work: Path) -> Outcomes:
    """Return stage → item → outcome and reason."""
    with Ledger(Workspace(work), read_only=True) as ledger:
        return {
            stage: {entry.key: (entry.outcome, entry.reason) for entry in ledger.entries(stage)}
            for stage in NETWORK_STAGES
        }


def made(work: Path) -> dict[str, str]:
    """Return path → sha256 of all that a crawl is to be a function of: tables, rejects and manifests."""
    found = workspace_digests(work)
    kept = ("tables/", "rejects/")
    return {name: digest for name, digest in found.items() if name.startswith(kept) or name.endswith("manifest.json")}


def asked(requests: list[Request]) -> Counter[tuple[str, str, str, str]]:
    """Count the requests of each kind; tokens expire, so they may be asked for again."""
    return Counter(
        (request.service, request.method, request.path, str(request.query))
        for request in requests
        if not request.path.endswith("/token")
    )


@dataclass
class Killed:
    """One crawl that was killed, and finished by the same command.

    Attributes:
        landed: kills that came before its end.
        repeated: calls that were made again, beyond those of a crawl that nobody disturbed.
        faults: what was wrong.
    """

    landed: int = 0
    repeated: int = 0
    faults: list[str] = field(default_factory=list)


def kill_trials(twin: Twin, folder: Path, seeds: range, kills_each: int = 1, recipe: str = RECIPE) -> list[Killed]:
    """Kill a crawl at random moments for each seed, and run the same command to its end."""
    environment = twin.environment()
    began_s, n_before = time.monotonic(), len(twin.requests)
    ended(command(folder / "reference", recipe=recipe), environment, 0)
    length_s, expected = time.monotonic() - began_s, made(folder / "reference")
    once = asked(twin.requests[n_before:])
    found = []
    for seed in seeds:
        work, drawn, trial = folder / f"killed{seed}", random.Random(seed), Killed()
        n_before = len(twin.requests)
        for _ in range(kills_each):
            trial.landed += killed_at(
                command(work, recipe=recipe), environment, drawn.uniform(0.1, 1.0) * length_s / kills_each
            )
        ended(command(work, recipe=recipe), environment, 0)
        more = asked(twin.requests[n_before:]) - once
        trial.repeated = len(more)  # yt-dlp asks twice for a file: what it is, and the file
        if trial.repeated > trial.landed * THREADS:  # those under way at a kill, which no ledger can know of
            trial.faults.append(f"{trial.repeated} calls repeated: {list(more)[:3]}")
        now = made(work)
        trial.faults += sorted(name for name in now.keys() | expected.keys() if now.get(name) != expected.get(name))
        trial.faults += [f"still runs: {name}" for name in harness.leftovers(work)[0]]
        found.append(trial)
    return found


def killed_at(command: list[str], environment: dict[str, str], after_s: float) -> bool:
    """Crawl, and kill that after so many seconds; say whether it still ran."""
    with harness.start(command, SHARDS | environment) as process:
        end_s = time.monotonic() + after_s
        harness.wait_until(lambda: time.monotonic() >= end_s, process)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=harness.PATIENCE_S)
    return process.returncode == -signal.SIGKILL


def ended(command: list[str], environment: dict[str, str], *codes: int) -> str:
    """Run a command to its end, which has to be with one of these exit codes; return what it said."""
    with harness.start(command, SHARDS | environment) as process:
        _, said = process.communicate(timeout=LONGEST_S)
    assert process.returncode in codes, f"exit {process.returncode}: {said}"
    return said


def finished(command: list[str], environment: dict[str, str]) -> None:
    """Run a command until nothing is left that may pass: a busy machine is late now and then."""
    for _ in range(2):
        if "in ways that may pass" not in ended(command, environment, 0, 3):
            return
    ended(command, environment, 0)


@dataclass
class Spoiled:
    """One crawl with planted faults, healed by a retry.

    Attributes:
        expected: items by the class in which they have to end; `wrong` those that ended in another.
        faults: what was wrong with the tables.
        seconds: of the crawl with faults, of the retry, and of the crawl without.
    """

    expected: Counter[str]
    wrong: list[str]
    faults: list[str]
    seconds: tuple[float, float, float]


def spoiled_trial(
    population: Population,
    share: float,
    folder: Path,
    *,
    threads: int = 8,
    stall_s: float = 1.0,
    recipe: str = RECIPE,
    more: Sequence[str] = (),
    kinds: Sequence[str] = tuple(Kind),
) -> Spoiled:
    """Crawl with faults, compare every item's class, heal, try again, and compare with a crawl without faults."""
    faults = Faults.planted(share, seed=1, stall_s=stall_s, kinds=kinds)
    with Twin(population, faults=faults) as twin:
        environment, work = twin.environment(), folder / "spoiled"
        began_s = time.monotonic()
        ended(command(work, *more, threads=threads, recipe=recipe), environment, 0, 3)
        spoiled_s = time.monotonic() - began_s
        spoiled = outcomes(work)
        twin.heal()
        finished(retry_command(work), environment)
        healed_s = time.monotonic() - began_s - spoiled_s
        finished(command(folder / "clean", *more, threads=threads, recipe=recipe), environment)
        clean_s = time.monotonic() - began_s - spoiled_s - healed_s
    now, expected = made(work), made(folder / "clean")
    differ = sorted(name for name in now.keys() | expected.keys() if now.get(name) != expected.get(name))
    counted, wrong = compared(spoiled, outcomes(folder / "clean"), faults.expected(), playlist_ids(folder / "clean"))
    return Spoiled(counted, wrong, differ, (spoiled_s, healed_s, clean_s))


def playlist_ids(work: Path) -> dict[str, str]:
    """Return the key of each playlist → its id, by which faults name it."""
    rows = musicdata.open_work(work).table("playlists", ["playlist_key", "playlist_id"]).to_pylist()
    return {row["playlist_key"]: row["playlist_id"] for row in rows}


def compared(
    spoiled: Outcomes, clean: Outcomes, planted: dict[tuple[str, str], str], ids: dict[str, str]
) -> tuple[Counter[str], list[str]]:
    """Count the items by the class in which they have to end, and name those that ended in another.

    An item whose fault passes, or that has none, has to end as it does in a crawl without faults.
    """
    counted, wrong = Counter[str](), []
    for stage, items in spoiled.items():
        for key, (outcome, reason) in items.items():
            by_fault = planted.get((stage, ids.get(key, key)), "ok")
            usual = clean[stage].get(key, ("ok", ""))[0]
            expected = by_fault if by_fault != "ok" else usual
            counted[str(expected)] += 1
            if outcome != expected:
                wrong.append(f"{stage} {key}: {outcome} {reason}, expected {expected}")
    return counted, wrong


def main() -> int:
    """Run the trials that are asked for; return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.crawling", description="Hurt crawls of the twin.")
    parser.add_argument("--tracks", type=int, default=200, help="of the population")
    parser.add_argument("--moods", type=int, default=20)
    parser.add_argument("--faults", type=float, default=0.0, help="share of items with a fault")
    parser.add_argument("--kills", type=int, default=0, help="crawls to kill")
    parser.add_argument("--threads", type=int, default=8, help="items fetched at the same time")
    parser.add_argument("--full", action="store_true", help="whole songs, and clips of 30 s")
    parser.add_argument("--without-features", action="store_true", help="only as far as the pairs")
    parser.add_argument("--keep", type=Path, help="folder for the workspaces, which are kept")
    chosen = parser.parse_args()
    population = Population(n_tracks=chosen.tracks, n_moods=chosen.moods, clip_s=CLIP_S, full=chosen.full)
    more = [option for value in FULL for option in ("--set", value)] if chosen.full else []
    with tempfile.TemporaryDirectory(prefix="musicdata-crawls-") as name:
        folder = chosen.keep or Path(name)
        recipe = without_features(folder) if chosen.without_features else RECIPE
        bad = False
        if chosen.faults:
            bad = _print_spoiled(
                spoiled_trial(population, chosen.faults, folder, threads=chosen.threads, recipe=recipe, more=more)
            )
        return int(bool(chosen.kills and _print_killed(population, chosen.kills, folder, recipe)) or bad)


def _print_spoiled(trial: Spoiled) -> bool:
    n_items, seconds = sum(trial.expected.values()), ", ".join(f"{s:.0f}" for s in trial.seconds)
    print(f"{n_items:,} items, by the class they have to end in: {dict(trial.expected)}")
    print(f"right: {1 - len(trial.wrong) / n_items:.4%}; wrong: {trial.wrong[:10]}")
    print(f"files that differ after the retry: {trial.faults[:10] or 'none'}")
    print(f"seconds with faults, of the retry, without faults: {seconds}")
    return bool(trial.faults) or len(trial.wrong) > 0.005 * n_items


def _print_killed(population: Population, n_kills: int, folder: Path, recipe: str) -> bool:
    with Twin(population) as twin:
        trials = kill_trials(twin, folder, range(n_kills), recipe=recipe)
    faults = [fault for trial in trials for fault in trial.faults]
    landed, repeated = sum(trial.landed for trial in trials), sum(trial.repeated for trial in trials)
    print(f"{n_kills} crawls killed, {landed} in time; {repeated} calls were under way and made again")
    print(f"wrong: {faults[:10] or 'nothing'}")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
