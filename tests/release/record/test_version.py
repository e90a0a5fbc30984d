"""Versions: what changed decides the step, and no other step is taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from musicdata.errors import RefusedError, UsageError
from musicdata.release.diff import Diff, Found, TableDiff
from musicdata.release.diff import bump as bumps
from musicdata.release.record import version


def differing(**kinds: object) -> Diff:
    """Return a diff of one table with these differences."""
    diff = Diff("made@1.4.2", "made@?", "full")
    diff.tables["notes"] = TableDiff("notes", (10, 10), **kinds)  # type: ignore[arg-type]
    return diff


def rows(n: int) -> Found:
    return Found(n, [(f"s{number}", 0) for number in range(min(n, 5))])


MAJOR = {
    "rows removed": differing(removed=rows(3)),
    "rows moved": differing(moved=rows(1)),
    "values changed": differing(changed=rows(2), columns={"pitch": rows(2)}),
    "column removed": differing(columns_removed=["pitch"]),
    "column retyped": differing(retyped={"pitch": ("int32", "int64")}),
    "another key": differing(rekeyed=("sample_id", "sample_id, note_index")),
    "table removed": Diff("a", "b", "full", tables_removed={"notes": 3}),
}
MINOR = {
    "rows added": differing(added=rows(4)),
    "column added": differing(columns_added=["loudness"]),
    "table added": Diff("a", "b", "full", tables_added={"notes": 3}),
}
PATCH = {
    "encoded anew": differing(reencoded=rows(4)),
    "taken down": differing(taken_down=rows(4)),
    "shown by another": differing(reassigned=rows(4)),
    "other files": Diff("a", "b", "full", repackaged=["notes"]),
    "metadata": Diff("a", "b", "full", metadata=["title"]),
}


@pytest.mark.parametrize(
    ("diff", "bump"),
    [(diff, bump) for bump, diffs in (("major", MAJOR), ("minor", MINOR), ("patch", PATCH)) for diff in diffs.values()],
    ids=[*MAJOR, *MINOR, *PATCH],
)
def test_each_difference_asks_for_its_step(diff: Diff, bump: version.Bump) -> None:
    assert bumps.required_bump(diff) == bump
    assert bumps.reasons(diff)[0].text


def test_the_largest_step_counts() -> None:
    assert bumps.required_bump(differing(added=rows(4), taken_down=rows(1))) == "minor"
    assert bumps.required_bump(differing(added=rows(4), removed=rows(1))) == "major"
    assert bumps.required_bump(differing()) is None


def test_versions_compare_by_their_numbers() -> None:
    assert version.parse("1.10.0") > version.parse("1.9.9")
    assert str(version.parse("0.0.7")) == "0.0.7"


@pytest.mark.parametrize(
    "text", ["", "1", "1.0", "1.0.0.0", "v1.0.0", "01.0.0", "1.0.0-rc1", "1.0.0\n", "1.٣.0", "1٣.0.0", "1.0.-1"]
)
def test_what_is_no_version_is_named(text: str) -> None:
    with pytest.raises(UsageError, match="is no version: expected three numbers"):
        version.parse(text)


@pytest.mark.parametrize(("bump", "right"), [("major", "2.0.0"), ("minor", "1.5.0"), ("patch", "1.4.3")])
def test_the_right_version_is_the_only_one(bump: version.Bump, right: str) -> None:
    diff = {"major": MAJOR["rows removed"], "minor": MINOR["rows added"], "patch": PATCH["metadata"]}[bump]
    assert version.next_version("1.4.2", bump) == right
    assert bumps.require("1.4.2", right, diff) == bump
    for wrong in {"2.0.0", "1.5.0", "1.4.3", "1.4.2", "1.4.1", "3.0.0", "1.6.0", "1.4.4", "2.1.0"} - {right}:
        with pytest.raises(RefusedError, match=rf"\. Release it as {right}\n"):
            bumps.require("1.4.2", wrong, diff)


def refused(asked: str, diff: Diff) -> str:
    with pytest.raises(RefusedError) as caught:
        bumps.require("1.4.2", asked, diff)
    return str(caught.value)


def test_a_refusal_says_what_asks_for_which_step() -> None:
    assert refused("1.5.0", differing(removed=rows(12), added=rows(3))) == (
        "version 1.5.0 is a minor step from 1.4.2, which is too small; what changed asks for a major one. "
        "Release it as 2.0.0\nwhat changed is major:\n  notes: 12 rows removed (s0 0, s1 0, s2 0, s3 0, s4 0 …)"
    )
    assert refused("2.0.0", differing(columns={}, added=rows(1))) == (
        "version 2.0.0 is a major step from 1.4.2, which is too large; what changed asks for a minor one. "
        "Release it as 1.5.0\nwhat changed is minor:\n  notes: 1 row added (s0 0)"
    )
    assert "1.4.1 does not come after 1.4.2" in refused("1.4.1", PATCH["metadata"])
    assert "1.7.0 is not the next minor version after 1.4.2" in refused("1.7.0", MINOR["rows added"])


def test_a_long_list_of_reasons_is_cut() -> None:
    diff = differing(columns={f"c{number}": rows(1) for number in range(20)}, changed=rows(1))
    lines = refused("1.4.3", diff).splitlines()
    assert len(lines) == 11
    assert lines[-1] == "  and 12 more"


def test_a_refusal_says_why_and_its_lines_are_short() -> None:
    diff = differing(removed=Found(40_000, [("s" * 60, 0)] * 5))
    diff.causes = ["render.dpi 100 → 150"]
    text = refused("1.4.3", diff)
    assert text.splitlines()[-2:] == ["it was made otherwise:", "  render.dpi 100 → 150"]
    assert max(map(len, text.splitlines())) <= 140


def test_nothing_changed_is_nothing_to_release() -> None:
    assert refused("1.4.3", differing()) == "nothing changed since 1.4.2: there is nothing to release as 1.4.3"


def test_views_do_not_judge_versions() -> None:
    diff = MINOR["rows added"]
    view = Diff(diff.a, diff.b, "ids", dict(diff.tables))
    check: Callable[[], object] = lambda: bumps.require("1.4.2", "1.5.0", view)  # noqa: E731
    with pytest.raises(UsageError, match="judged by the full releases"):
        check()
