from __future__ import annotations

import pytest

from musicdata.errors import InputError
from musicdata_baselines.suites.paired_views.report import paper_tables
from musicdata_baselines.suites.paired_views.report.paper_tables import PaperTable

MUSICTM = paper_tables.load("musictm")
MOODS = paper_tables.load("spotify-moods")


def test_the_tables_are_whole() -> None:
    assert paper_tables.names() == ["musictm", "spotify-moods"]
    assert len(MUSICTM.rows) == 6 * 3
    assert all(len(row.printed) == 5 for row in MUSICTM.rows)
    assert len(MOODS.rows) == 2 * (6 * 10 + 6)  # two directions; one of the seven methods has 6 sizes, the others 10
    assert sum("mrr_category" in row.printed for row in MOODS.rows) == len(MOODS.rows)
    assert sum("recall_5" in row.printed for row in MOODS.rows) == 2 * (4 * 10 + 6)


def test_figures_of_the_paper() -> None:
    """A few figures, read off the papers by eye."""
    cca, gcca = MUSICTM.of("audio", "sheet")[1:]
    assert cca.printed == {
        "recall_1": 0.303,
        "recall_5": 0.349,
        "recall_10": 0.353,
        "median_rank": 341.0,
        "mean_rank": 596.5,
    }
    assert gcca.printed["mean_rank"] == 382.8
    best = {row.method: row for row in MOODS.of("audio", "lyrics")}
    assert list(best)[-1] == "JointTrain-DCCA"
    assert best["PretrainCNN-MVE"].n_components == 20
    assert best["PretrainCNN-MVE"].printed == {"mrr": 0.187, "mrr_category": 0.313}
    assert best["Spotify-CCA"].n_components == 60
    last = next(
        row for row in MOODS.rows if (row.query, row.method, row.n_components) == ("lyrics", "JointTrain-DCCA", 100)
    )
    assert last.printed == {"mrr": 0.256, "recall_1": 0.247, "recall_5": 0.262, "mrr_category": 0.375}


def is_possible(figures: dict[str, float]) -> bool:
    """Say whether the figures of one row can all be true."""
    recalls = [figures[name] for name in ("recall_1", "recall_5", "recall_10") if name in figures]
    shares = [*recalls, *(figures[name] for name in ("mrr", "mrr_category") if name in figures)]
    has_order = recalls == sorted(recalls) and figures.get("recall_1", 0.0) <= figures.get("mrr", 1.0)
    return has_order and all(0 < share < 1 for share in shares) and figures.get("median_rank", 1.0) >= 1


@pytest.mark.parametrize("paper", [MUSICTM, MOODS], ids=lambda paper: paper.name)
def test_a_row_is_possible_once_corrected_and_only_impossible_ones_are_corrected(paper: PaperTable) -> None:
    assert [row for row in paper.rows if not is_possible(row.figures)] == []
    assert [row for row in paper.rows if not is_possible(row.printed)] == [row for row in paper.rows if row.corrections]
    for row in paper.rows:
        for correction in row.corrections:
            assert float(correction.printed) == row.printed[correction.figure]


def test_corrections_are_to_rows_that_are_there() -> None:
    assert sorted(c.printed for row in MUSICTM.rows for c in row.corrections) == ["0.014", "0.0142", "5.57", "7.50"]


def test_an_unknown_table_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(InputError, match=r"named '\.\./musictm'; there are musictm, spotify-moods"):
        paper_tables.load("../musictm")
