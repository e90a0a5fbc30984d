"""What must hold of poems."""

from __future__ import annotations

from collections.abc import Iterator

from musicdata.definitions.check import Check
from musicdata.definitions.reader import Reader


def check_lines(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield poems whose number of lines is not that of their text."""
    for rows in reader.iterate("poems", ["sample_id", "poem", "n_lines"]):
        for row in rows.to_pylist():
            if len(row["poem"].splitlines()) != row["n_lines"]:
                yield (
                    "poems",
                    f"sample {row['sample_id']} has {len(row['poem'].splitlines())} lines, not {row['n_lines']}",
                )


CHECK = Check("poems have as many lines as their rows say", check_lines, needs=("poems",))
