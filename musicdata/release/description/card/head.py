"""The card's YAML head, which `datasets.load_dataset` and the Hugging Face hub read."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from musicdata.release.description import citation, sentences
from musicdata.release.description.card.figures import SPLITS, figures_of
from musicdata.release.description.escaping import one_line, yaml
from musicdata.release.record import layout

if TYPE_CHECKING:
    from musicdata.definitions.head import Head
    from musicdata.release.description.card.figures import ConfigFigures
    from musicdata.release.record.layout import Record

# The hub's names of licences are those of SPDX in small letters, but for these.
_HUB_LICENCES = {"odc-by-1.0": "odc-by", "odbl-1.0": "odbl", "pddl-1.0": "pddl"}
_ON_HUB = re.compile(
    r"apache-2\.0|mit|cc0-1\.0|cc-by-(2\.0|2\.5|3\.0|4\.0)|cc-by-sa-[34]\.0|cc-by-nc-[234]\.0|cc-by-nd-4\.0"
    r"|cc-by-nc-nd-[34]\.0|cc-by-nc-sa-[234]\.0|odc-by|odbl|pddl|cdla-(sharing-1\.0|permissive-[12]\.0)"
)
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
UNDETERMINED = "und"


def render(record: Record, recipe: Head, figures: list[ConfigFigures]) -> str:
    """Return the lines between the rules of the head; every scalar is quoted, so that it stays a text."""
    samples = figures_of(figures, layout.SAMPLES)
    figures = [one for one in figures if one.n_rows]
    lines = [f"pretty_name: {yaml(one_line(record.title))}", *_licence(record, recipe)]
    lines += _listed("language", languages(samples))
    lines += _listed("tags", tags(recipe))
    lines += _listed("task_categories", ["feature-extraction"] if len(recipe.dataset.modalities) > 1 else [])
    lines += _listed("size_categories", [size_category(samples.n_rows if samples else 0)])
    lines += ["configs:", *(line for one in figures for line in _config(one))]
    if features := [line for one in figures for line in _features(one)]:
        lines += ["dataset_info:", *features]
    return "\n".join(lines) + "\n"


def size_category(n_samples: int) -> str:
    """Return the hub's class of a number of samples.

    >>> size_category(999), size_category(1000), size_category(20_000_000)
    ('n<1K', '1K<n<10K', '10M<n<100M')
    """
    return next((name for limit, name in _SIZES if n_samples < limit), "10M<n<100M")


def tags(recipe: Head) -> list[str]:
    """List what the data set is found by."""
    paired = ["cross-modal-retrieval"] if len(recipe.dataset.modalities) > 1 else []
    return list(dict.fromkeys([*citation.keywords(recipe), "music-information-retrieval", *paired]))


def languages(samples: ConfigFigures | None) -> list[str]:
    """List the languages of the samples as BCP 47 writes them; what is none of those is left out."""
    codes = {language for counts in samples.languages.values() for language in counts} if samples else set()
    return sorted(language for language in codes if language and is_language(language))


def language_name(text: str | None) -> str:
    """Return the tag of a language; what is none of those is not repeated: anything may stand there.

    >>> language_name("de"), language_name("Gibberish")
    ('de', 'written otherwise')
    """
    return text if text is not None and (is_language(text) or text == UNDETERMINED) else "written otherwise"


def is_language(text: str) -> bool:
    """Say whether a text is the tag of a language, and nothing else."""
    return text != UNDETERMINED and _LANGUAGE.fullmatch(text) is not None


def _licence(record: Record, recipe: Head) -> list[str]:
    stated = recipe.release.licence if recipe.release else ""
    known = _HUB_LICENCES.get(stated.lower(), stated.lower())
    if not _ON_HUB.fullmatch(known):
        return [*_listed("license", ["other"]), f"license_name: {yaml(one_line(stated) or 'not stated')}"]
    if sentences.has_foreign_rights(record):
        return [*_listed("license", [known, "other"]), 'license_name: "rights of the works"']
    return _listed("license", [known])


def _listed(key: str, values: list[str]) -> list[str]:
    return [f"{key}:", *(f"- {yaml(value)}" for value in values)] if values else []


def _config(figures: ConfigFigures) -> list[str]:
    """Return the lines of a config with the splits that have rows: `datasets` cannot read one that has none."""
    name = figures.shown.name
    lines = [f"- config_name: {yaml(name)}", *(["  default: true"] if name == layout.SAMPLES else []), "  data_files:"]
    for split in (split for split in SPLITS if figures.rows.get(split)):
        lines += [f"  - split: {yaml(split)}", f"    path: {yaml(f'{layout.DATA}/{name}/{split}-*.parquet')}"]
    return lines


def _features(figures: ConfigFigures) -> list[str]:
    """Return the types of a config with sounds or pictures.

    `datasets` overlooks what the files' schemas say of a column that is never empty, so it is said here as well.
    """
    columns = [column for _, column in figures.shown.columns]
    if not any(column.is_media for column in columns):
        return []
    lines = [f"- config_name: {yaml(figures.shown.name)}", "  features:"]
    for column in columns:
        lines.append(f"  - name: {yaml(column.name)}")
        if column.is_array:
            lines.append(f"    list: {yaml(str(column.element))}")
            lines += [f"    length: {math.prod(column.shape)}"] if column.is_vector else []
        else:
            lines.append(f"    dtype: {yaml(column.type)}")
    return lines
