"""What a release's own facts answer of the datasheet's questions, each under the question's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata.release.description import citation, sentences
from musicdata.release.description.card import gate, head
from musicdata.release.description.card.figures import show_group
from musicdata.release.description.card.markdown import Markdown, code, codes, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from musicdata.definitions.head import Head
    from musicdata.release.description.card.figures import ConfigFigures
    from musicdata.release.record.layout import Record


@dataclass(frozen=True, slots=True)
class Known:
    """What answers are made from."""

    record: Record
    recipe: Head
    figures: list[ConfigFigures]
    lacking: list[str]


def _creators(known: Known) -> list[Any]:
    section = known.recipe.release
    names = [f"{author.given_names} {author.family_names}" for author in section.authors] if section else []
    return [f"{', '.join(names)}."] if names else [f"{citation.contributors(known.record.title)}."]


def _instances(known: Known) -> list[Any]:
    return [known.figures[0].shown.description] if known.figures else []


def _number(known: Known) -> list[Any]:
    return [Markdown(f"{code(one.shown.name)}: {show(one.n_rows)} rows.") for one in known.figures]


def _sample(known: Known) -> list[Any]:
    complete = known.recipe.release.complete if known.recipe.release else ""
    whole = Markdown(f"All samples with every modality, which are those of the table {code(complete)}.")
    dropped = sum(number for reasons in known.record.rejects.values() for number in reasons.values())
    return [*([whole] if complete else []), f"On the way to them, {sentences.counted(dropped, 'item')} were dropped."]


def _content(known: Known) -> list[Any]:
    return [
        Markdown(f"Columns of {code(one.shown.name)}: {codes(group.name for _, group in one.shown.groups)}.")
        for one in known.figures[:1]
    ]


def _missing(known: Known) -> list[Any]:
    lines: list[Any] = []
    for one in known.figures:
        groups = {group.name: group for _, group in one.shown.groups}
        empty = {name: show_group(one, group)[0] for name, group in groups.items()}
        lines += [
            Markdown(
                f"{code(f'{one.shown.name}.{name}')}: {show(number)} of "
                f"{show(one.n_rows * len(groups[name].columns))} values are empty."
            )
            for name, number in sorted(empty.items())
            if number
        ]
    return (lines or ["No value is empty."]) + (["This view lacks what is listed above."] if known.lacking else [])


def _relations(known: Known) -> list[Any]:
    return [
        Markdown(f"{code(f'{one.shown.name}.{column}')} refers to {code('.'.join(target))}.")
        for one in known.figures
        for column, target in sorted(one.shown.references.items())
    ]


def _splits(known: Known) -> list[Any]:
    rows = known.figures[0].rows if known.figures else {}
    lines: list[Any] = [f"{split}: {sentences.counted(number, 'sample')}." for split, number in rows.items()]
    placed = [stage["parameters"].get("split") for stage in known.record.stages if stage.get("parameters")]
    by = [split["by"] for split in placed if isinstance(split, dict) and "by" in split]
    return lines + [Markdown(f"Whole groups are placed, by {code(str(column))}.") for column in by]


def _errors(known: Known) -> list[Any]:
    return [sentences.verdict(known.record), *sentences.unproved(known.record)]


def _self_contained(known: Known) -> list[Any]:
    if known.record.view == "full":
        return ["All of it is in the files of this release."]
    return [sentences.view(known.record), "What it leaves out must be had elsewhere."]


def _acquisition(known: Known) -> list[Any]:
    return list(sentences.sources(known.record))


def _procedures(known: Known) -> list[Any]:
    return [f"{', '.join(str(stage.get('stage')) for stage in known.record.stages)}; see Provenance."]


def _revocation(_known: Known) -> list[Any]:
    return ["An item can be taken down: it goes with the next version, and stays out of those that follow."]


def _software(known: Known) -> list[Any]:
    return [f"{'; '.join(sentences.tools(known.record))}. The recipe is in this release."]


def _used(known: Known) -> list[Any]:
    names = gate.methods(known.record.gate)
    return [f"By the baselines of its own gate: {', '.join(names)}."] if names else []


def _papers(known: Known) -> list[Any]:
    return list(known.recipe.release.papers) if known.recipe.release else []


def _licence(known: Known) -> list[Any]:
    stated = known.recipe.release.licence if known.recipe.release else ""
    return [f"{stated} for alignment, metadata and features; the works keep their own rights."] if stated else []


def _restrictions(known: Known) -> list[Any]:
    return [f"{line}." for line in sentences.rights(known.record)]


def _erratum(known: Known) -> list[Any]:
    gone = sentences.takedowns(known.record)
    return [f"Taken down in {line}." for line in gone] or ["Nothing was taken down so far."]


def _updates(known: Known) -> list[Any]:
    before = known.record.previous
    return [f"This is {known.record.version}" + (f"; it follows {before.version}." if before else ".")]


def _purpose(known: Known) -> list[Any]:
    modalities, validate = known.recipe.dataset.modalities, known.recipe.validate
    lines = [f"It brings together, of the same music: {', '.join(modalities)}."] if len(modalities) > 1 else []
    return lines + ([Markdown(f"Its gate judges it as {code(validate.task)}.")] if validate else [])


def _labels(known: Known) -> list[Any]:
    labels = [
        code(f"{one.shown.name}.{column.name}")
        for one in known.figures
        for _, column in one.shown.columns
        if column.role == "label"
    ]
    return [Markdown(f"Yes: {', '.join(labels)}.")] if labels else ["No column is a label that somebody gave."]


def _unexamined(_known: Known) -> list[Any]:
    return ["No stage of the recipe looks for it."]


def _offensive(known: Known) -> list[Any]:
    has_words = any(
        column.content_of and column.type == "string" for one in known.figures for _, column in one.shown.columns
    )
    return ["Words stand as their writers wrote them.", *_unexamined(known)] if has_words else _unexamined(known)


def _subpopulations(known: Known) -> list[Any]:
    counts: dict[str, int] = {}
    for of_split in known.figures[0].languages.values() if known.figures else ():
        for language, number in of_split.items():
            name = head.language_name(language)
            counts[name] = counts.get(name, 0) + number
    listed = [f"{language} {number:,}" for language, number in sorted(counts.items())]
    return [f"Samples by language: {', '.join(listed)}."] if listed else []


def _sampling(known: Known) -> list[Any]:
    limits = [
        Markdown(f"{code('.'.join((str(stage.get('stage')), name)))} is {show(value)}.")
        for stage in known.record.stages
        for name, value in (stage.get("parameters") or {}).items()
        if name == "limit" and value
    ]
    return ["Not at random: it has what its sources had and no stage dropped.", *limits]


def _collectors(_known: Known) -> list[Any]:
    return ["The program that made the release; it pays nobody."]


def _timeframe(known: Known) -> list[Any]:
    day = known.record.date
    return [f"Until {day} at the latest, the day of the release; no table says when an item was read."] if day else []


def _third_parties(known: Known) -> list[Any]:
    through = sentences.sources(known.record)
    return ["Through others: from the files and services named above."] if through else []


def _unasked(_known: Known) -> list[Any]:
    return ["The program that collected the data asked nobody."]


def _raw(_known: Known) -> list[Any]:
    return ["It is no part of the release, which knows it by its hashes."]


def _tasks(known: Known) -> list[Any]:
    modalities = known.recipe.dataset.modalities
    return [f"Retrieval and joint representations of {', '.join(modalities)}."] if len(modalities) > 1 else []


def _not_for(known: Known) -> list[Any]:
    unfree = [
        f"{modality} of {sentences.counted(number, 'sample')}"
        for modality, values in sorted(known.record.rights.items())
        if (number := sum(values.get(value, 0) for value in ("research_only", "unknown")))
    ]
    return [f"Handing on works whose rights do not allow it: {', '.join(unfree)}."] if unfree else []


def _recipients(known: Known) -> list[Any]:
    views = known.recipe.release.views if known.recipe.release else ()
    return [Markdown(f"As far as rights allow, in the views {codes(views)}.")] if views else ["No."]


def _channel(known: Known) -> list[Any]:
    if known.record.url:
        return [Markdown(f"At <{known.record.url}>.")]
    return ["No address was stated when it was made; the record of its publication names it."]


def _date(known: Known) -> list[Any]:
    return [f"{known.record.date}, the day of this release."] if known.record.date else []


def _contact(known: Known) -> list[Any]:
    authors = known.recipe.release.authors if known.recipe.release else ()
    return [f"{one.given_names} {one.family_names}: ORCID {one.orcid}." for one in authors if one.orcid]


def _retention(_known: Known) -> list[Any]:
    return [Markdown(f"Ids of what was taken down stand in {code('RELEASE.json')}, so that copies can be cleaned.")]


def _older(_known: Known) -> list[Any]:
    return ["A published version never changes, and is told from others by its content root."]


def _contributing(_known: Known) -> list[Any]:
    again, compared = code("musicdata release rebuild"), code("musicdata release diff")
    return [
        Markdown(f"The recipe is in the release: who has the input builds it anew ({again}) and compares ({compared}).")
    ]


FACTS: dict[str, Callable[[Known], list[Any]]] = {
    "purpose": _purpose,
    "labels": _labels,
    "confidential": _unexamined,
    "offensive": _offensive,
    "subpopulations": _subpopulations,
    "sensitive": _unexamined,
    "sampling": _sampling,
    "collectors": _collectors,
    "timeframe": _timeframe,
    "third_parties": _third_parties,
    "notice": _unasked,
    "consent": _unasked,
    "raw": _raw,
    "tasks": _tasks,
    "not_for": _not_for,
    "recipients": _recipients,
    "channel": _channel,
    "date": _date,
    "contact": _contact,
    "retention": _retention,
    "older": _older,
    "contributing": _contributing,
    "creators": _creators,
    "instances": _instances,
    "number": _number,
    "sample": _sample,
    "content": _content,
    "missing": _missing,
    "relations": _relations,
    "splits": _splits,
    "errors": _errors,
    "self_contained": _self_contained,
    "acquisition": _acquisition,
    "procedures": _procedures,
    "revocation": _revocation,
    "preprocessing": _procedures,
    "software": _software,
    "used": _used,
    "papers": _papers,
    "limits": _errors,
    "licence": _licence,
    "restrictions": _restrictions,
    "erratum": _erratum,
    "updates": _updates,
}
"""Question → what is known for its answer."""
