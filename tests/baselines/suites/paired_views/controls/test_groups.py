from __future__ import annotations

import dataclasses

from musicdata_baselines.suites.paired_views.controls import Subject, check_groups


def test_passes_whole_groups(clean: Subject) -> None:
    result = check_groups(clean)
    assert result.findings == ()
    assert result.figures["n_torn"] == 0


def test_refuses_a_group_in_two_splits_by_name(clean: Subject) -> None:
    train, test = clean.rows("train")[0], clean.rows("test")[0]
    groups = clean.groups.copy()
    groups[test] = groups[train]
    (finding,) = check_groups(dataclasses.replace(clean, groups=groups)).findings
    assert finding.refuses
    assert finding.items == (str(groups[train]),)
    assert "in test and train" in finding.message
