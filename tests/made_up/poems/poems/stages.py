"""Poems → `poems`, `rights`, `poem_letters`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from musicdata.definitions import contract, cutting
from musicdata.definitions.reader import Inputs
from musicdata.definitions.splits import Split
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.errors import FormatError

from . import source

MADE = {"extractor": "letters", "extractor_version": "2", "parameters": "{}"}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Read(Parameters):
    """Where the poems are, and how they are split."""

    input: str = ""
    limit: int = Field(0, ge=0)
    split: Split = Split()


class Nothing(Parameters):
    """There is nothing to choose."""


def cut_lines(parameters: Read, _inputs: Inputs) -> Iterator[Shard]:
    """Cut the file's lines into shards."""
    lines = list(source.in_order(source.lines(parameters.input, parameters.limit)))
    for group in cutting.grouped(lines, 20, lambda item: item[0]):
        digest = hashlib.sha256("\n".join(line for _, line in group).encode()).hexdigest()
        yield Shard(group[0][0], group[-1][0], len(group), digest, tuple(line for _, line in group))


def read(parameters: Read, task: Task) -> None:
    """Write a row a poem; what is none is rejected."""
    for line in task.shard.items:
        try:
            poem = source.read(line)
        except FormatError as error:
            task.sink.reject(line[:40], error.reason, error.detail)
            continue
        row = {
            "sample_id": poem.sample_id, "split": parameters.split.place(poem.group_id), "group_id": poem.group_id,
            "title": poem.title, "poem": poem.poem, "n_lines": len(poem.poem.splitlines()), "year": poem.year,
        }  # fmt: skip
        task.sink.write("poems", {name: [value] for name, value in row.items()})


def cut_poems(_parameters: Nothing, inputs: Inputs) -> Iterator[Shard]:
    """Cut the poems into shards."""
    return cutting.by_key(inputs, {"poems": ["sample_id", "split", "poem"]}, 20)


def say_rights(_parameters: Nothing, task: Task) -> None:
    """Write a row a poem: whoever made it up gave it away."""
    rows = task.inputs.read("poems", ["sample_id", "split"], task.shard.first, task.shard.last).to_pydict()
    n = len(rows["sample_id"])
    said = {
        "modality": "poem", "rights": "public_domain", "licence": "CC0-1.0", "evidence": "made up", "evidence_source": "source",
        "may_redistribute": True,
    }  # fmt: skip
    task.sink.write("rights", rows | {name: [value] * n for name, value in said.items()})


def count_letters(_parameters: Nothing, task: Task) -> None:
    """Write the share of each letter, lengths of words and numbers of vowels."""
    rows = task.inputs.read("poems", ["sample_id", "split", "poem"], task.shard.first, task.shard.last).to_pydict()
    table = contract.load("poem_letters")
    poems = [poem.casefold() for poem in rows.pop("poem")]
    lines = {"first": [poem.splitlines()[0] for poem in poems], "last": [poem.splitlines()[-1] for poem in poems]}
    has_no_e = np.array(["e" not in line for line in lines["last"]])
    n = len(poems)
    columns = {
        **{name: pa.array(values) for name, values in rows.items()},
        "vector": table.column("vector").pack(shares(poems).astype(np.float32)),
        "last_line": table.column("last_line").pack(shares(lines["last"]), has_no_e),
        "word_lengths": pa.array([[len(word) for word in poem.split()] for poem in poems]),
        **{
            f"n_{vowel}_{end}": pa.array([line.count(vowel) for line in lines[end]])
            for vowel in "aeiou"
            for end in lines
        },
        **{name: pa.array([value] * n) for name, value in MADE.items()},
    }
    task.sink.write("poem_letters", pa.table(columns))


def shares(texts: list[str]) -> NDArray[np.float64]:
    """Return the share of each letter in each text."""
    counts = np.array([[text.count(letter) for letter in LETTERS] for text in texts], float)
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def source_digest(parameters: Read) -> str:
    """Return the hash of the lines that will be read."""
    return hashlib.sha256("\n".join(source.lines(parameters.input, parameters.limit)).encode()).hexdigest()


STAGES = (
    Stage(
        name="poems.read",
        version=1,
        verb="reads poems",
        inputs=(),
        outputs=("poems",),
        parameters=Read,
        cut=cut_lines,
        run=read,
        source_digest=source_digest,
        location_parameters=("input",),
    ),
    Stage("poems.rights", 1, "says whose poems are", ("poems",), ("rights",), Nothing, say_rights, cut_poems),
    Stage("poems.letters", 2, "counts letters", ("poems",), ("poem_letters",), Nothing, count_letters, cut_poems),
)
