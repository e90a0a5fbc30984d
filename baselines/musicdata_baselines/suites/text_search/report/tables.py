"""The figures as tables, and what they come to in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.definitions.suite import FigureTable
from musicdata_baselines.report import figures
from musicdata_baselines.suites.text_search import gate
from musicdata_baselines.suites.text_search.results import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata_baselines.suites.text_search.results import Cell, Difference, Genres, Refusal, TextSearches

Row = tuple[Any, ...]

KIND_NAMES = {
    "line": "a line",
    "masked": "half the words of a line",
    "typo": "a line, a third of its words misspelt",
    "masked_typo": "half the words of a line, a third of them misspelt",
    "misheard": "a line, misheard",
    "title_in_text": "a title that the song sings",
    "title": "a title that the song does not sing",
}
_HITS = (1, 5, 10)
_HEADING = ("system", "hit@1", "hit@5", "hit@10", "MedR", "MRR", "95 %", "to words", "95 %", "p")


def kinds(result: TextSearches) -> list[str]:
    """Return the kinds that were measured, in order."""
    return list(dict.fromkeys(cell.kind for cell in result.cells))


def name_of(kind: str) -> str:
    """Return what a kind of query is."""
    return KIND_NAMES.get(kind, kind)


def of_cell(cell: Cell) -> FigureTable:
    """Return what each system finds, with chance, and how that compares to the better lexical system."""
    chance = cell.chance
    shares = [figures.share(chance[f"hits_{k}"], 3) for k in _HITS]
    rows: list[Row] = [("chance", *shares, figures.rank(chance["median_rank"]), figures.share(chance["mrr"]))]
    rows[0] += (None,) * (len(_HEADING) - len(rows[0]))
    for one in cell.systems:
        row = (
            one.name,
            *(figures.share(one.hits[k], 3) for k in _HITS),
            figures.rank(one.median_rank),
            figures.share(one.mrr),
            figures.interval(one.mrr_low, one.mrr_high),
            *_difference(one.difference),
        )
        rows.append(row)
    language = "all languages" if cell.language == ALL else cell.language
    caption = (
        f"{figures.sentence(name_of(cell.kind)).rstrip('.')}, {language}: {cell.n_queries:,} queries about "
        f"{cell.n_groups:,} groups of songs, {cell.n_candidates:,} songs to find"
    )
    return FigureTable(caption, _HEADING, tuple(rows))


def _difference(found: Difference | None) -> tuple[str | None, str | None, str | None]:
    if found is None:
        return (None, None, None)
    return (f"{found.mrr:+.3f}", f"{found.low:+.3f} to {found.high:+.3f}", figures.p_value(found.p_value))


def overview(result: TextSearches) -> FigureTable:
    """Return the MRR of every system by kind, all languages."""
    cells = [cell for cell in result.cells if cell.language == ALL]
    return _by_kind(cells, "MRR of every kind of query, all languages")


def by_language(result: TextSearches) -> Iterator[FigureTable]:
    """Yield the MRR of every system by kind, a table a language."""
    languages = dict.fromkeys(cell.language for cell in result.cells if cell.language != ALL)
    for language in languages:
        cells = [cell for cell in result.cells if cell.language == language]
        encoder = result.encoders.get(language)
        what = f"vectors by {encoder}" if encoder else "no vectors"
        yield _by_kind(cells, f"MRR in {language} ({what})")


def _by_kind(cells: Sequence[Cell], caption: str) -> FigureTable:
    names = dict.fromkeys(one.name for cell in cells for one in cell.systems)
    rows: list[Row] = [("queries", *(f"{cell.n_queries:,}" for cell in cells))]
    rows.append(("chance", *(figures.share(cell.chance["mrr"], 3) for cell in cells)))
    for name in names:
        found = [cell.of(name) for cell in cells]
        rows.append((name, *(figures.share(one.mrr, 3) if one else None for one in found)))
    return FigureTable(caption, ("system", *(cell.kind for cell in cells)), tuple(rows))


def translations(result: TextSearches) -> FigureTable | None:
    """Return what each system finds across languages, a row a pair of languages; None where nothing was asked."""
    cells = result.translations
    if not cells:
        return None
    names = list(dict.fromkeys(one.name for cell in cells for one in cell.systems))
    rows = tuple(
        (
            cell.language,
            f"{cell.n_queries:,}",
            f"{cell.n_candidates:,}" if cell.n_candidates else None,
            figures.share(cell.chance["mrr"], 3),
            *(figures.share(one.mrr, 3) if (one := cell.of(name)) else None for name in names),
        )
        for cell in cells
    )
    caption = (
        "MRR of finding a song by its beginning in another language, among the songs of the language it is looked for "
        "in"
    )
    return FigureTable(caption, ("languages", "queries", "songs", "chance", *names), rows)


def weights(result: TextSearches) -> Iterator[FigureTable]:
    """Yield how the hybrid was put together: what was tried on valid, a table for each choice of parts."""
    by_parts: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Row]] = {}
    for one in result.weighings:
        row = (one.language, f"{one.n_queries:,}", *(figures.share(mrr, 3) for _, mrr in one.tried))
        chosen = " / ".join(f"{weight:.1f}" for weight in one.weights)
        tried = tuple(label for label, _ in one.tried)
        by_parts.setdefault((one.parts, tried), []).append((*row, chosen, figures.share(one.mrr, 3)))
    for (parts, tried), rows in by_parts.items():
        caption = (
            f"MRR on queries of valid by some of the parts, and the weights that were chosen for {', '.join(parts)}"
        )
        yield FigureTable(caption, ("language", "queries", *tried, "chosen", "MRR"), tuple(rows))


def refusal(found: Refusal) -> Iterator[FigureTable]:
    """Yield the confusion matrix of refusing, its figures, and the paper's F1 under its own name."""
    caption = f"Lines of test, answered where {found.statistic} is {found.threshold:.4g} or more (chosen on valid)"
    yield FigureTable(
        caption,
        ("the song is", "found", "refused"),
        (
            ("present", f"{found.present_found:,}", f"{found.present_refused:,}"),
            ("absent", f"{found.absent_found:,}", f"{found.absent_refused:,}"),
        ),
    )
    rows: list[Row] = [
        ("precision, half of the queries absent", figures.share(found.precision, 3)),
        ("recall of present songs", figures.share(found.recall, 3)),
        ("F1", figures.share(found.f1, 3)),
        ("F1 of answering everything", figures.share(found.answering_all, 3)),
        ("a right song among the first ten, of those found", figures.share(found.right, 3)),
        ("AUC", f"{figures.share(found.auc, 3)} ({figures.interval(found.auc_low, found.auc_high)})"),
    ]
    rows += [
        (f"*not an F1*: 2h/(1 + h) as the paper's code has it, {name}", figures.share(value, 3))
        for name, value in sorted(found.all_ones.items())
    ]
    yield FigureTable(
        "What refusing comes to", ("figure", "value"), tuple((_plain(name), value) for name, value in rows)
    )
    best_first = sorted(found.tried.items(), key=lambda item: (-item[1], item[0]))
    tried = tuple((name, figures.share(value, 3)) for name, value in best_first)
    yield FigureTable("AUC on valid of what could be compared with a threshold", ("number", "AUC"), tried)


def _plain(name: str) -> str:
    return name.replace("*", "")


def genres(found: Sequence[Genres]) -> FigureTable:
    """Return genre from words under every scheme."""
    rows = tuple(
        (
            one.scheme,
            f"{one.n_train:,}",
            f"{one.n_test:,}",
            figures.percent(one.shared),
            figures.share(one.accuracy, 3),
            figures.interval(one.accuracy_low, one.accuracy_high),
            figures.share(one.macro_f1, 3),
            figures.share(one.by_language, 3),
            figures.share(one.majority, 3),
        )
        for one in found
    )
    heading = ("split", "train", "test", "twins in train", "accuracy", "95 %", "macro-F1", "language alone", "majority")
    return FigureTable("Genre told by words (TF-IDF, logistic regression)", heading, rows)


def heads(result: TextSearches) -> FigureTable | None:
    """Return what a trained projection adds under each split; None where none was trained."""
    if not result.heads:
        return None
    rows = tuple(
        (
            one.scheme,
            f"{one.n_pairs:,}",
            figures.share(one.frozen_valid_mrr),
            figures.share(one.valid_mrr),
            one.ships,
            figures.share(one.frozen_mrr),
            figures.share(one.mrr),
        )
        for one in result.heads
    )
    heading = ("split", "lines", "valid: frozen", "trained", "ships", "test: frozen", "trained")
    return FigureTable("A projection of vectors trained on lines and their songs: MRR of lines", heading, rows)


def sentences(result: TextSearches) -> Iterator[str]:
    """Yield what the figures come to."""
    most_first = sorted(result.languages.items(), key=lambda item: (-item[1], item[0]))
    languages = ", ".join(f"{language} {n:,}" for language, n in most_first)
    yield f"the index has {result.n_songs:,} songs ({languages}); {result.n_held_out:,} are absent from it on purpose"
    yield (
        "a song with nearly the same words is a right answer too; all kinds but titles and translations are cut from "
        "the words themselves and favour what searches by words, so that no figure of theirs says anything on meaning"
    )
    yield from gate.language_verdicts(result)
