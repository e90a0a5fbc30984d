"""What a data set says of itself that is built by a shipped recipe from other input than the recipe's own.

It is not the recipe's data set and not its authors': title, authors and licence are then stated by nobody, until they
are set. The papers stay: they are cited for the method.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from musicdata.definitions.head import Dataset, Releases

UNSTATED = "Data set built with the recipe "
"""Begins the title of a data set that nobody has given one."""


def values_of(keys: Iterable[str], entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return key → its value in the tables of the stages; None where it has none."""
    values: dict[str, Any] = {}
    for key in keys:
        fitting = [entry for entry in entries if key.startswith(f"{entry.get('use')}.")]
        entry = max(fitting, key=lambda entry: len(str(entry["use"])), default={})
        value: Any = dict(entry)
        for part in key.removeprefix(f"{entry.get('use')}.").split("."):
            value = value.get(part) if isinstance(value, dict) else None
        values[key] = value
    return values


def is_other(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Say whether input takes the place of a recipe's own; a recipe that has none of its own asks for some."""
    return any(before[key] and after[key] != before[key] for key in before)


def unstated(dataset: Dataset, release: Releases | None, changed: Collection[str]) -> tuple[Dataset, Releases | None]:
    """Return head and release of a recipe without what its own data set states, where that was not set."""
    if "dataset.title" not in changed:
        dataset = dataset.model_copy(update={"title": f"{UNSTATED}{dataset.name} from other input than its own"})
    emptied: dict[str, Any] = {"release.authors": (), "release.licence": ""}
    update = {key.partition(".")[2]: value for key, value in emptied.items() if key not in changed}
    return dataset, release.model_copy(update=update) if release else None


def lacking(dataset: Dataset, release: Releases | None) -> list[str]:
    """List what is to be set before a data set says whose it is; empty where its title is its own."""
    if release is None or not dataset.title.startswith(UNSTATED):
        return []
    return [
        "dataset.name",
        "dataset.title",
        *(["release.authors"] if not release.authors else []),
        *(["release.licence"] if not release.licence else []),
    ]
