"""The rights of albums: features may be handed on, reviews and what Amazon says may not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from musicdata.definitions import stage as stages
from musicdata.definitions import trial
from musicdata.stages.rights.albums import RightsAlbums

STAGE = stages.find("rights.albums")
SAMPLES = [
    {
        "sample_id": f"B{number:09d}", "album_id": f"B{number:09d}", "split": split, "group_id": "g",
        "artist_group_id": "a", "n_reviews": 1, "n_songs": 1, "n_recordings": 1, "has_all_songs": True,
    }
    for number, split in enumerate(("train", "valid", "test"))
]  # fmt: skip


def test_features_may_be_handed_on_and_nothing_else() -> None:
    rows = trial.run(STAGE, {"album_samples": SAMPLES}).rows("rights")
    assert [(row["sample_id"], row["split"], row["modality"]) for row in rows] == [
        (sample["sample_id"], sample["split"], modality)
        for sample in SAMPLES
        for modality in ("audio", "metadata", "reviews")
    ]
    assert {(row["modality"], row["rights"], row["licence"], row["may_redistribute"]) for row in rows} == {
        ("audio", "cc", "CC0-1.0", True), ("reviews", "unknown", None, False), ("metadata", "unknown", None, False),
    }  # fmt: skip
    evidence = {row["modality"]: row["evidence"] for row in rows}
    assert "AcousticBrainz" in evidence["audio"]
    assert "All Rights Reserved" in evidence["reviews"]
    assert "All Rights Reserved" in evidence["metadata"]


def test_what_is_stated_otherwise_holds() -> None:
    terms = {
        modality: {"rights": "research_only", "evidence": "a letter"} for modality in ("audio", "reviews", "metadata")
    }
    rows = trial.run(STAGE, {"album_samples": SAMPLES}, terms=terms).rows("rights")
    assert {(row["rights"], row["licence"], row["evidence"]) for row in rows} == {("research_only", None, "a letter")}


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({"rights": "cc", "evidence": "x"}, "cc, and only cc, names one"),
        ({"rights": "cc", "licence": "MIT", "evidence": "x"}, "cc, and only cc, names one"),
        ({"rights": "unknown", "licence": "CC0-1.0", "evidence": "x"}, "cc, and only cc, names one"),
        ({"rights": "free", "evidence": "x"}, "public_domain"),
        ({"rights": "unknown", "evidence": ""}, "at least 1 character"),
    ],
)
def test_terms_that_make_no_sense_are_refused(stated: dict[str, str], message: str) -> None:
    terms = {
        "audio": stated,
        "reviews": {"rights": "unknown", "evidence": "x"},
        "metadata": {"rights": "unknown", "evidence": "x"},
    }
    with pytest.raises(ValidationError, match=message):
        RightsAlbums.model_validate({"terms": terms})


def test_terms_speak_of_every_modality() -> None:
    with pytest.raises(ValidationError, match="nothing of audio, metadata"):
        RightsAlbums.model_validate({"terms": {"reviews": {"rights": "unknown", "evidence": "x"}}})
