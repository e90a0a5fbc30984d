"""What people handed in to AcousticBrainz: none, one or several submissions of a recording, under one id or two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.twin.albums.listings import Album, Mapped
from musicdata.twin.albums.names import hex_digest, mbid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from musicdata.twin.albums.discography import Discography
    from musicdata.twin.albums.objects import Recording, Release, ReleaseGroup

_COUNTS = np.array([0.16, 0.76, 0.9, 0.96, 0.985, 1.0])  # cumulated share of recordings with 0, 1 … 5 submissions
_NO_ALBUM, _UNMAPPED = 0.06, 0.2  # share of albums without any; share of albums that no listing names, with some
_NOT_PROCESSED, _WRONG_TAG, _TEXT_TAGS = 0.04, 0.02, 0.02
_CODECS = (("mp3", 320_000, False), ("mp3", 192_000, False), ("flac", 0, True), ("alac", 901_540, True))
_VERSIONS = (
    ("2.1-beta1", "v2.1_beta1-34-gf95df8b", "88e390dad3da3739867137981c593af8412fc3e5"),
    ("2.1-beta2", "v2.1_beta2", "70f2e5ece6736b2c40cc944ad0e695b16b925413"),
    ("2.1-beta2", "v2.1_beta2-1-ge3940c0", "cead25079874084f62182a551b7393616cd33d87"),
)


@dataclass(frozen=True, slots=True)
class Submission:
    """One document of a recording.

    Attributes:
        index: in order of time.
        recording: number of the recording.
        recording_id: MBID under which it is stored; a merged one for some.
        offset: number among the submissions under that id.
        tag_id: MBID that the file's tags name.
        take: number among the submissions of the recording.
        has_highlevel: whether the models were ever run on it.
        has_text_tags: whether tags are texts, not lists of texts.
    """

    index: int
    recording: int
    recording_id: str
    offset: int
    tag_id: str
    take: int
    has_highlevel: bool
    has_text_tags: bool


def make(discography: Discography, albums: Sequence[Album], seed: int) -> list[Submission]:
    """Draw the submissions, in order of time, which is no other order."""
    rng = np.random.default_rng([seed, 47])
    counts = _counts(discography, albums, rng)
    owners = np.repeat(np.arange(len(counts)), counts)
    takes = np.concatenate([np.arange(count) for count in counts.tolist()])
    draws = rng.random((len(owners), 4)).tolist()
    offsets: dict[str, int] = {}
    submissions = []
    for place, which in enumerate(rng.permutation(len(owners)).tolist()):
        recording, draw = discography.recordings[owners[which]], draws[which]
        identity = recording.old_id if recording.old_id and draw[0] < 0.5 else recording.recording_id
        offset = offsets.get(identity, 0)
        offsets[identity] = offset + 1
        submissions.append(
            Submission(
                index=place,
                recording=recording.index,
                recording_id=identity,
                offset=offset,
                tag_id=mbid("wrong tag", seed, which) if draw[1] < _WRONG_TAG else recording.old_id or identity,
                take=int(takes[which]),
                has_highlevel=draw[2] >= _NOT_PROCESSED,
                has_text_tags=draw[3] < _TEXT_TAGS,
            )
        )
    return submissions


def _counts(discography: Discography, albums: Sequence[Album], rng: np.random.Generator) -> np.ndarray:
    """Return how many submissions each recording has; films have none."""
    is_named = np.zeros(len(discography.groups), dtype=bool)
    is_named[[album.group for album in albums if album.mapped is not Mapped.NOTHING]] = True
    of_group = rng.random(len(is_named))
    has_any = np.where(is_named, of_group >= _NO_ALBUM, of_group < _UNMAPPED)
    counts = _COUNTS.searchsorted(rng.random(len(discography.recordings)))
    is_heard = np.array([has_any[one.group] and not one.is_video for one in discography.recordings])
    return np.where(is_heard, counts, 0)


def metadata(
    submission: Submission, recording: Recording, group: ReleaseGroup, artist: tuple[str, str], seed: int
) -> dict[str, Any]:
    """Return what a low-level document says of its file.

    Args:
        submission: whose document it is.
        recording: that was handed in.
        group: the album that it is from.
        artist: MBID and name.
        seed: of the population.
    """
    codec, bit_rate, is_lossless = _CODECS[(submission.index * 7 + submission.take) % len(_CODECS)]
    essentia, git_sha, build_sha = _VERSIONS[submission.index % len(_VERSIONS)]
    length_s = (recording.length_ms or 225_000) / 1000 + 0.013 * submission.take
    number = group.songs.index(recording.index) + 1 if recording.index in group.songs else 99
    tags = _tags(submission, recording, group, artist, number)
    tags["file_name"] = f"{number:02d} {recording.title}.{'m4a' if codec == 'alac' else codec}".replace("/", "-")
    return {
        "audio_properties": {
            "analysis_sample_rate": 44100,
            "bit_rate": bit_rate,
            "codec": codec,
            "downmix": "mix",
            "equal_loudness": 0,
            "length": round(length_s, 6),
            "lossless": is_lossless,
            "md5_encoded": hex_digest("md5", seed, recording.index, submission.take),
            "replay_gain": round(-14 + 0.5 * (submission.index % 17), 6),
            "sample_rate": 48000 if submission.index % 23 == 0 else 44100,
        },
        "tags": tags,
        "version": {
            "essentia": essentia,
            "essentia_build_sha": build_sha,
            "essentia_git_sha": git_sha,
            "extractor": "music 1.0",
        },
    }


def _tags(
    submission: Submission, recording: Recording, group: ReleaseGroup, artist: tuple[str, str], number: int
) -> dict[str, Any]:
    """Return the tags, written by one of two taggers."""
    release = _release_with(group, recording.index)
    tags = {
        "album": [release.title],
        "albumartist": [artist[1]],
        "artist": [artist[1]],
        "date": [release.date or f"{group.year}"],
        "discnumber": ["1/1"],
        "media": [release.media[0].format],
        "musicbrainz_albumid": [release.release_id],
        "musicbrainz_artistid": [artist[0]],
        "musicbrainz_recordingid": [submission.tag_id],
        "musicbrainz_releasegroupid": [group.group_id],
        "title": [recording.title],
        "tracknumber": [f"{number}/{len(group.songs)}"],
    }
    if recording.isrc:
        tags["isrc"] = [recording.isrc]
    if release.label:
        tags["label"] = [release.label]
    if submission.index % 2:
        tags |= {"releasetype": ["album"], "releasestatus": [release.status.casefold()]}
    else:
        tags |= {"musicbrainz album type": ["album"], "musicbrainz album status": [release.status.casefold()]}
    return {name: values[0] for name, values in tags.items()} if submission.has_text_tags else tags


def _release_with(group: ReleaseGroup, recording: int) -> Release:
    """Return the first release that has a recording."""
    return next(release for release in group.releases if any(track.recording == recording for track in release.tracks))


def of_highlevel(lowlevel: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a high-level document says of its file, given what the low-level one says."""
    models = {
        "essentia": "2.1-beta1",
        "essentia_build_sha": "8e24b98b71ad84f3024c7541412f02124a26d327",
        "essentia_git_sha": "v2.1_beta1-228-g260734a",
        "extractor": "music 1.0",
        "gaia": "2.4-dev",
        "gaia_git_sha": "857329b",
        "models_essentia_git_sha": "v2.1_beta1",
    }
    return {**lowlevel, "version": {"highlevel": models, "lowlevel": lowlevel["version"]}}
