"""Rows of `rights`: the terms of each modality of a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.music.rights.terms import Terms


def rows_of(sample: Mapping[str, Any], terms: Mapping[str, Terms]) -> dict[str, list[Any]]:
    """Return a row for each modality of a sample, given its id and split, and modality → terms."""
    each = list(terms.values())
    return {
        "sample_id": [sample["sample_id"]] * len(each),
        "split": [sample["split"]] * len(each),
        "modality": list(terms),
        "rights": [one.rights for one in each],
        "licence": [one.licence for one in each],
        "evidence": [one.evidence for one in each],
        "evidence_source": [one.source for one in each],
        "may_redistribute": [one.may_redistribute for one in each],
    }
