"""One JSON document of AcousticBrainz, checked and in numbers.

What a document lacks is missing, what it has beyond the known paths is passed over: extractors differ. What is there
and is not what it should be makes the document unusable: a number that is a word or not finite, a vector of another
length. JSON writes whole numbers with and without a point for the same path; all of them are numbers here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import FormatError
from musicdata.music.features import acousticbrainz

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from musicdata.music.features.acousticbrainz import Leaf

MBID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

_IS_MBID = re.compile(MBID)
_MAX_TEXT = 100  # characters of a codec, a version, a key
_MAX_BEATS = 1_000_000  # eight hours at the fastest tempo have a tenth of it
_LARGEST = float(np.finfo(np.float32).max)
_MAX_INT32 = 2**31 - 1
_CUT_OFF = 8  # a literal that a cut has left unfinished begins so near the end
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class LowLevel:
    """What a low-level document says.

    Attributes:
        facts: of the file and of what analysed it, by name of their column.
        words: path → word; those of `acousticbrainz.WORDS` that are there.
        beats: times of the beats in seconds; None where the document has none.
        numbers: all numbers of a fixed place, shape (2647,), in order of `acousticbrainz.NUMBERS`; NaN where missing.
        n_missing: paths that are not there, of 512.
    """

    facts: Mapping[str, Any]
    words: Mapping[str, str]
    beats: NDArray[np.float32] | None
    numbers: NDArray[np.float32]
    n_missing: int


@dataclass(frozen=True, slots=True)
class Model:
    """What one model of a high-level document says.

    Attributes:
        value: the most likely class, and its `probability`.
        probabilities: of the classes, in the order of `acousticbrainz.MODELS`; None where the document has others, as
            those of some builds of the extractor do.
    """

    value: str
    probability: float
    probabilities: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class HighLevel:
    """What a high-level document says.

    Attributes:
        length_s: of the audio; None where the document does not say it.
        models: name → what it says, of those that are there.
    """

    length_s: float | None
    models: Mapping[str, Model]


def parsed(data: bytes) -> dict[str, Any]:
    """Return a document as JSON has it.

    Raises:
        FormatError: it is none: ``empty``, ``html``, ``truncated_json``, ``not_json``.
    """
    try:
        text = data.decode("utf-8")
        if not text.strip():
            raise FormatError("empty", f"{len(data)} bytes, and no document in them")
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise _not_json(text, error) from None
    except (ValueError, RecursionError) as error:  # no UTF-8, a number of thousands of digits, too many brackets
        raise FormatError("not_json", f"{len(data):,} bytes that cannot be read: {type(error).__name__}") from None
    if not isinstance(document, dict):
        raise FormatError("not_json", f"JSON, but a {type(document).__name__} and no document")
    return document


def _not_json(text: str, error: json.JSONDecodeError) -> FormatError:
    if text.lstrip().startswith("<"):
        return FormatError("html", f"a page, not a document: {_shown(text.lstrip())}")
    if error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip()) - _CUT_OFF:
        return FormatError("truncated_json", f"the document breaks off after {len(text):,} characters")
    return FormatError("not_json", f"no JSON from character {error.pos:,} of {len(text):,} on: {error.msg}")


def kind_of(document: Mapping[str, Any]) -> str:
    """Return "lowlevel" or "highlevel", as its keys say; "" for neither."""
    return next((kind for kind in ("lowlevel", "highlevel") if isinstance(document.get(kind), dict)), "")


def lowlevel(document: Mapping[str, Any], recording_id: str) -> LowLevel:
    """Return what a low-level document says.

    Args:
        document: as JSON has it.
        recording_id: under which it is kept, lower case; the file's own tag may say another.

    Raises:
        FormatError: it cannot be used: ``no_lowlevel``, ``null_metadata``, ``no_length``, ``bad_number``,
            ``wrong_length``, ``bad_text``.
    """
    if not isinstance(document.get("lowlevel"), dict):
        raise FormatError("no_lowlevel", f"no object under lowlevel; there are {_keys(document)}")
    metadata = document.get("metadata")
    if not isinstance(metadata, dict):
        raise FormatError("null_metadata", "nothing under metadata: nobody knows what was analysed")
    numbers, n_missing = _numbers(document)
    words = {path: word for path in acousticbrainz.WORDS if (word := _text(path, _at(document, path)))}
    beats = _beats(_at(document, acousticbrainz.BEATS))
    n_missing += len(acousticbrainz.WORDS) - len(words) + (beats is None)
    if n_missing == len(acousticbrainz.LEAVES):
        raise FormatError("no_lowlevel", "none of the 512 paths of a low-level document is there")
    return LowLevel(_facts(metadata, recording_id), words, beats, numbers, n_missing)


def highlevel(document: Mapping[str, Any]) -> HighLevel:
    """Return what a high-level document says.

    Raises:
        FormatError: it cannot be used: ``no_highlevel``, ``never_processed``, ``wrong_classes``, ``bad_number``.
    """
    given = document.get("highlevel")
    if not isinstance(given, dict):
        raise FormatError("no_highlevel", f"no object under highlevel; there are {_keys(document)}")
    if not given:
        raise FormatError("never_processed", "nothing under highlevel: the low-level document was never processed")
    models = {name: _model(name, entry) for name in acousticbrainz.MODELS if (entry := given.get(name)) is not None}
    if not models:
        raise FormatError("no_highlevel", f"none of the 18 models is there; there are {_keys(given)}")
    return HighLevel(_number("length", _at(document, "metadata.audio_properties.length"), least=0.0), models)


def _at(tree: Any, path: str) -> Any:
    """Return what a path leads to; None where it leads nowhere."""
    for key in path.split("."):
        if not isinstance(tree, dict):
            return None
        tree = tree.get(key)
    return tree


_MISSING = float("nan")
_PLAN = tuple((leaf, tuple(leaf.path.split("."))) for leaf in acousticbrainz.NUMBERS)


def _numbers(document: Mapping[str, Any]) -> tuple[NDArray[np.float32], int]:
    """Return the numbers of a document in their order, and how many leaves it lacks."""
    flat: list[Any] = []
    n_missing = n_empty = 0
    for leaf, keys in _PLAN:
        value: Any = document
        for key in keys:
            value = value.get(key) if type(value) is dict else None
        if value is None or value == []:
            n_missing += 1
            n_empty += leaf.size
            flat += [_MISSING] * leaf.size
        elif leaf.shape:
            flat += _flattened(leaf, value)
        else:
            flat.append(value)
    if not set(map(type, flat)) <= {int, float}:
        raise _bad_number(flat)
    try:
        numbers = np.array(flat, dtype=np.float64)
    except OverflowError:
        raise _bad_number(flat) from None
    if np.count_nonzero(np.isnan(numbers)) != n_empty or not np.all(np.abs(numbers[~np.isnan(numbers)]) <= _LARGEST):
        raise _bad_number(flat)
    return numbers.astype(np.float32), n_missing


def _flattened(leaf: Leaf, value: Any) -> list[Any]:
    """Return the numbers of a vector or a matrix, row by row."""
    rows = value if len(leaf.shape) > 1 else [value]
    if (
        not isinstance(rows, list)
        or len(rows) != leaf.size // leaf.shape[-1]
        or any(not isinstance(row, list) or len(row) != leaf.shape[-1] for row in rows)
    ):
        raise FormatError("wrong_length", f"{leaf.path} is {_described(value)}; expected is {_expected(leaf)}")
    return [number for row in rows for number in row]


def _bad_number(flat: list[Any]) -> FormatError:
    """Return the error that names the first number that is none, or is too large; one that is missing is NaN itself."""
    for leaf in acousticbrainz.NUMBERS:
        for value in flat[leaf.span]:
            if isinstance(value, list) and not leaf.shape:
                return FormatError("wrong_length", f"{leaf.path} is {_described(value)}; expected is one number")
            if value is not _MISSING and not _is_number(value):
                return FormatError(
                    "bad_number", f"{leaf.path} holds {_shown(value)}, which is no number to reckon with"
                )
    raise AssertionError("one of the numbers is none")


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and -_LARGEST <= value <= _LARGEST  # type: ignore[operator]  # NaN is not


def _number(name: str, value: Any, least: float = -_LARGEST) -> float | None:
    """Return a number of the metadata; None where there is none."""
    if value is None:
        return None
    if not _is_number(value) or value < least:
        raise FormatError("bad_number", f"{name} is {_shown(value)}, which is no number to reckon with")
    return float(value)


def _whole(name: str, value: Any, largest: int) -> int | None:
    number = _number(name, value, least=0.0)
    if number is not None and number > largest:
        raise FormatError("bad_number", f"{name} is {_shown(value)}; at most {largest:,} is expected")
    return None if number is None else round(number)


def _beats(value: Any) -> NDArray[np.float32] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) > _MAX_BEATS:
        raise FormatError("wrong_length", f"{acousticbrainz.BEATS} is {_described(value)}; expected are times of beats")
    if wrong := [number for number in value if not _is_number(number)]:
        raise FormatError("bad_number", f"{acousticbrainz.BEATS} holds {_shown(wrong[0])}, which is no time")
    return np.array(value, dtype=np.float32)


def _text(name: str, value: Any) -> str | None:
    """Return a short text; None where there is none."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > _MAX_TEXT or not value.isprintable():
        raise FormatError("bad_text", f"{name} is {_shown(value)}; expected are at most {_MAX_TEXT} characters")
    return value


def _facts(metadata: Mapping[str, Any], recording_id: str) -> dict[str, Any]:
    given = metadata.get("audio_properties")
    properties: Mapping[str, Any] = given if isinstance(given, dict) else {}
    length_s = _number("length", properties.get("length"), least=0.0)
    if length_s is None:
        raise FormatError("no_length", "nothing at metadata.audio_properties.length")
    version = _at(metadata, "version.lowlevel") or _at(metadata, "version") or {}  # a high-level one has two
    return {
        "length_s": length_s,
        "bit_rate": _whole("bit_rate", properties.get("bit_rate"), 2**53),
        "codec": _text("codec", properties.get("codec")),
        "lossless": _truth(properties.get("lossless")),
        "sample_rate_hz": _whole("sample_rate", properties.get("sample_rate"), _MAX_INT32),
        "replay_gain_db": _number("replay_gain", properties.get("replay_gain")),
        "essentia": _text("essentia", _at(version, "essentia")),
        "extractor": _text("extractor", _at(version, "extractor")),
        "tag_recording_id": _other_id(_at(metadata, "tags.musicbrainz_recordingid"), recording_id),
    }


def _truth(value: Any) -> bool | None:
    """Return whether it is so: stored documents say true or false, the extractor itself 1 or 0."""
    if value is None:
        return None
    if value not in (0, 1):
        raise FormatError("bad_number", f"lossless is {_shown(value)}; expected is true or false")
    return bool(value)


def _other_id(tag: Any, recording_id: str) -> str | None:
    """Return the recording that a file's tag names, where that is another; tags are lists, rarely a text."""
    ids = [one.strip().lower() for one in (tag if isinstance(tag, list) else [tag]) if isinstance(one, str)]
    if recording_id in ids:
        return None
    return next((one for one in ids if _IS_MBID.fullmatch(one)), None)


def tagged_id(document: Mapping[str, Any]) -> str | None:
    """Return the recording that the file's tags name, lower case; None where they name none.

    MusicBrainz' own programs write it into what they call the track's id.
    """
    tags = ("musicbrainz_recordingid", "musicbrainz_trackid")
    return next((one for tag in tags if (one := _other_id(_at(document, f"metadata.tags.{tag}"), ""))), None)


def _model(name: str, entry: Any) -> Model:
    given = _at(entry, "all")
    value = _text(f"{name}.value", _at(entry, "value"))
    if not isinstance(given, dict) or value not in given:
        classes = _keys(given) if isinstance(given, dict) else _described(given)
        raise FormatError("wrong_classes", f"model {name} chose {_shown(value)} of {classes}")
    numbers = {key: _number(f"{name}.{_shown(key)}", number, least=0.0) for key, number in given.items()}
    probability = _number(f"{name}.probability", _at(entry, "probability"), least=0.0)
    if probability is None or None in numbers.values():
        raise FormatError("bad_number", f"model {name} has no number for one of its probabilities")
    ours = tuple(numbers.get(one) for one in acousticbrainz.MODELS[name])
    is_known = None not in ours and len(ours) == len(numbers)
    return Model(str(value), probability, tuple(map(float, ours)) if is_known else None)  # type: ignore[arg-type]


def _expected(leaf: Leaf) -> str:
    return " × ".join(map(str, leaf.shape)) + " numbers"


def _described(value: Any) -> str:
    return f"a list of {len(value):,}" if isinstance(value, list) else _shown(value)


def _keys(tree: Mapping[str, Any]) -> str:
    return _shown(", ".join(map(str, tree))) if tree else "nothing"


def _shown(value: object) -> str:
    """Return the beginning of a value, safe in any message."""
    if isinstance(value, int) and value.bit_length() > _SHOWN:
        return f"a whole number of {value.bit_length():,} bits"
    text = value if isinstance(value, str) else repr(value)[: 4 * _SHOWN]
    return ascii(text[:_SHOWN])[1:-1]
