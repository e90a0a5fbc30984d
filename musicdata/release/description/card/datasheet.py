"""The datasheet: what Gebru et al. ask of every data set (Datasheets for Datasets, CACM 64(12), 2021).

A question is answered from the release's own facts where there are any (`known`), and by what the recipe states in
`[release.answers]` under the question's name. What nobody stated is said to be not stated, with that name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.release.description.card.known import FACTS
from musicdata.release.description.card.markdown import Markdown, code, show
from musicdata.release.description.escaping import one_line

if TYPE_CHECKING:
    from musicdata.release.description.card.known import Known

NOT_STATED = "Not stated"
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
    facts = [show(fact) for fact in FACTS[name](known)] if name in FACTS else []
    if one_line(stated):
        facts.append(show(stated))
    return Markdown(" ".join(facts) or f"{NOT_STATED} ({code(name)}).")
