"""The datasheet: what Gebru et al. ask of every data set (Datasheets for Datasets, CACM 64(12), 2021).

A question is answered from the release's own facts where there are any, and by what the recipe states in
`[release.answers]` under the question's name. What nobody stated is said to be not stated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata.release.description import citation, sentences
from musicdata.release.description.card import gate
from musicdata.release.description.card.figures import show_group
from musicdata.release.description.card.markdown import Markdown, code, codes, show
from musicdata.release.description.escaping import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from musicdata.definitions.head import Head
    from musicdata.release.description.card.figures import ConfigFigures
    from musicdata.release.record.layout import Record

NOT_STATED = "Not stated."
# Part → (name under which a recipe answers, question).
QUESTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "Motivation": (
        ("purpose", "For what purpose was the data set created?"),
        ("creators", "Who created it, and on behalf of whom?"),
        ("funding", "Who funded its creation?"),
    ),
    "Composition": (
        ("instances", "What do the instances represent?"),
        ("number", "How many instances are there?"),
        ("sample", "Does it contain all possible instances, or a sample of them?"),
        ("content", "What data does each instance consist of?"),
        ("labels", "Is there a label or target with each instance?"),
        ("missing", "Is any information missing from single instances?"),
        ("relations", "Are relations between instances made explicit?"),
        ("splits", "Are there recommended splits?"),
        ("errors", "Are there errors, sources of noise, or redundancies?"),
        ("self_contained", "Is it self-contained, or does it rely on something outside?"),
        ("confidential", "Does it contain data that may be considered confidential?"),
        ("offensive", "Does it contain data that may offend, insult, threaten or cause anxiety?"),
        ("subpopulations", "Does it identify subpopulations, and how are they distributed?"),
        ("individuals", "Can individuals be identified, directly or indirectly?"),
        ("sensitive", "Does it contain data that may be considered sensitive?"),
    ),
    "Collection": (
        ("acquisition", "How was the data of each instance acquired?"),
        ("procedures", "With what mechanisms or procedures was it collected?"),
        ("sampling", "If it is a sample, how was it drawn?"),
        ("collectors", "Who collected it, and how were they compensated?"),
        ("timeframe", "Over what time was it collected?"),
        ("ethics", "Were there ethical reviews?"),
        ("third_parties", "Was it collected from the individuals directly, or through others?"),
        ("notice", "Were the individuals notified?"),
        ("consent", "Did the individuals consent?"),
        ("revocation", "Can consent be taken back, or an item be taken down?"),
        ("impact", "Was the impact of the data set and its use on people analysed?"),
    ),
    "Preprocessing": (
        ("preprocessing", "How was the data cleaned, cut or labelled?"),
        ("raw", "Was the raw data kept as well?"),
        ("software", "Is the software that did it available?"),
    ),
    "Uses": (
        ("used", "Has the data set been used already?"),
        ("papers", "Where are papers or systems that use it?"),
        ("tasks", "What else could it be used for?"),
        ("limits", "Is there anything about it that might affect its use?"),
        ("not_for", "What should it not be used for?"),
    ),
    "Distribution": (
        ("recipients", "Will it be handed on to others?"),
        ("channel", "How will it be distributed, and has it a DOI?"),
        ("date", "When will it be distributed?"),
        ("licence", "Under which licence or terms?"),
        ("restrictions", "Have others put restrictions on the data of the instances?"),
        ("export", "Do export controls or other rules apply?"),
    ),
    "Maintenance": (
        ("maintainer", "Who supports, hosts and maintains it?"),
        ("contact", "How can they be reached?"),
        ("erratum", "Is there an erratum?"),
        ("updates", "Will it be updated?"),
        ("retention", "Are there limits on how long the data may be kept?"),
        ("older", "Will older versions be kept?"),
        ("contributing", "How can others extend or correct it?"),
    ),
}
_NAMES = frozenset(name for questions in QUESTIONS.values() for name, _ in questions)


@dataclass(frozen=True, slots=True)
class Known:
    """What answers are made from."""

    record: Record
    recipe: Head
    figures: list[ConfigFigures]
    lacking: list[str]


def answers(known: Known) -> dict[str, list[tuple[str, Markdown]]]:
    """Return part → its questions with their answers; what a recipe answers beyond them comes last."""
    stated = known.recipe.release.answers if known.recipe.release else {}
    answered = {
        part: [(question, _answer(known, name, stated.get(name, ""))) for name, question in questions]
        for part, questions in QUESTIONS.items()
    }
    further = [(name, Markdown(show(answer))) for name, answer in sorted(stated.items()) if name not in _NAMES]
    return answered | ({"Further": further} if further else {})


def _answer(known: Known, name: str, stated: str) -> Markdown:
    facts = [show(fact) for fact in _FACTS[name](known)] if name in _FACTS else []
    if one_line(stated):
        facts.append(show(stated))
    return Markdown(" ".join(facts) or NOT_STATED)


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


_FACTS: dict[str, Callable[[Known], list[Any]]] = {
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
