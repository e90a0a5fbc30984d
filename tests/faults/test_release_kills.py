"""A release that is killed while it is made leaves nothing half made, and the same command makes the same bytes."""

from pathlib import Path

from tests.faults import releasing

SEEDS = range(1, 2)
"""Of the one kill, which comes early; `python -m tests.faults` has more."""


def test_a_killed_release_is_made_again_with_the_same_bytes(tmp_path: Path) -> None:
    work = releasing.small_work(tmp_path / "to-release")
    (tmp_path / "releases").mkdir()
    found = list(releasing.trials(work, tmp_path / "releases", SEEDS))
    assert {seed: faults for seed, _, faults in found if faults} == {}
    assert all(landed for _, landed, _ in found)
