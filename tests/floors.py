"""The floors of the house, from the ground up; `docs/architecture.md` prints them: python -m tests.floors.

A room is a module or folder at the top of `musicdata/`, in `musicdata/release/` or in `musicdata_baselines`. It may use
the floors below its own, and nothing of its own floor but itself.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """A room: what it holds, and the rule that a test holds."""

    name: str
    holds: str
    rule: str = ""


HOUSE: list[list[Room]] = [
    [
        Room("errors", "the tree of errors, with exit codes", "imports nothing of ours"),
        Room("version", "one constant", "imports nothing of ours"),
        Room("wording", "what messages have in common: names that may have been meant", "imports nothing of ours"),
    ],
    [Room("settings", "the environment, secrets, one entry a service", "errors only")],
    [
        Room(
            "system",
            "files written whole, locks, hashes, the gate for paths from data; child processes; `http/`",
            "nobody else calls fsync, link, flock, subprocess, sockets",
        )
    ],
    [
        Room(
            "definitions",
            "what a newcomer reads: contract, recipe, stage, reader; registries and plug-ins",
            "knows no workspace",
        ),
        Room(
            "music",
            "the domain: `formats/ text/ render/ features/ similarity/ rights/`",
            "knows no table, workspace or recipe",
        ),
    ],
    [Room("workspace", "the folder of a run: parts, reader, ledger", "the only writer of a workspace")],
    [
        Room("sources", "where items come from: a service or a dump a file", "knows no stage"),
        Room(
            "twin",
            "the services of a crawl, made up, on this machine; files of sets",
            "settings, system, errors and itself only",
        ),
        Room("gallery", "samples on a page: pictures, sounds, words, as far as rights allow", "reads tables only"),
    ],
    [
        Room(
            "stages", "`ingest/ fetch/ place/ render/ features/ rights/`: one verb a module", "no stage knows another"
        ),
        Room("checks", "the proofs: each says which tables it needs", "reads tables only"),
    ],
    [
        Room(
            "engine",
            "build, state, staleness, dispatch, shards, planning; `executor/`, `fetching/`",
            "no stage's or table's name",
        )
    ],
    [Room("release", "what is published; its floors are below", "reads sealed tables")],
    [
        Room(
            "web",
            "the page of a data set on one's own machine, and the report in one file",
            "reads, and writes nothing",
        )
    ],
    [Room("api", "the commands as functions: options are arguments", "no data set's name")],
    [Room("cli", "the command on a terminal", "calls `api`, nothing below it")],
]

RELEASE: list[list[Room]] = [
    [Room("record", "`RELEASE.json` as a model; configs, digests of columns, tombstones, versions")],
    [Room("description", "what it says of itself, computed: card, citation, Croissant")],
    [Room("reading", "a release to read from, and what of it a view shows")],
    [Room("verify", "whether it is what it says it is: the gate before anything is said of it")],
    [Room("diff", "what changed, and which step in version that is")],
    [Room("making", "freezing a workspace: resumable, whole or not at all")],
    [Room("sharing", "who may have what of it: rights, redaction, bag of words")],
    [Room("exports", "renderings for other tools, one module each, and the proof that they are equal")],
    [Room("removal", "taking items out, and the proof")],
    [Room("publish", "sending, the record of it, getting")],
]


def markdown(house: list[list[Room]]) -> str:
    """Return the floors as a table, from the ground up."""
    rows = ["| floor | room | holds | rule |", "| --- | --- | --- | --- |"]
    for number, rooms in enumerate(house):
        rows += [f"| {number} | `{room.name}` | {room.holds} | {room.rule} |" for room in rooms]
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(markdown(HOUSE))
    print(markdown(RELEASE))
