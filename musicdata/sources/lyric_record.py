"""What a source of lyrics says of a track, checked and in one shape, whichever source it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from musicdata.system.http import HttpError, Outcome

if TYPE_CHECKING:
    from musicdata.definitions.stage import Caller

MAX_CHARACTERS = 200_000
_SHOWN_PROBLEMS = 3

M = TypeVar("M", bound=BaseModel)


class Track(BaseModel):
    """The track whose words are wanted; what is not known of it is empty."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    isrc: str = ""
    title: str = ""
    artist: str = ""
    album: str = ""
    duration_s: float = 0.0


class Record(BaseModel):
    """What a source has for a track.

    Attributes:
        source: its name; `source_id` what the record is called there.
        text: the words as the source gives them, not cleaned.
        synced: the words in LRC lines; empty when the source has none.
        truncated: whether the source holds back a part of the words.
        instrumental: whether the source says that nothing is sung.
        explicit: whether the source says so; None when it says nothing.
        language_given: as the source calls it; empty when it says nothing.
        copyright: notice, `backlink` page, that are to be shown with the words.
        track_rating: 0 to 100, the source's measure of popularity.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    source: str
    source_id: str
    text: str = ""
    synced: str = ""
    truncated: bool = False
    instrumental: bool = False
    explicit: bool | None = None
    language_given: str = ""
    copyright: str = ""
    backlink: str = ""
    track_rating: int | None = None


class Reply(BaseModel):
    """A source's answer: a record, or a note of why there is none.

    Attributes:
        note: ``not_found``, ``restricted``, ``empty`` (the track is known, its words are not) or ``no_name``.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    record: Record | None = None
    note: str = ""

    def packed(self) -> bytes:
        """Return it as JSON, the same bytes for the same reply."""
        return canonical(self.model_dump(mode="json"))


class Source(Protocol):
    """A source of lyrics."""

    def look_up(self, track: Track, caller: Caller) -> Reply:
        """Return what the source has for a track.

        Raises:
            HttpError: it could not be asked, or said what nobody can read.
            SetupError: it does not take the key.
        """
        ...


def canonical(value: Any) -> bytes:
    """Return a JSON value as bytes, the same whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()


def checked(model: type[M], body: bytes, where: str) -> M:
    """Return the model of a JSON body.

    Args:
        model: says which shape it has.
        body: whatever a server said.
        where: who said it, for the message.

    Raises:
        HttpError: the body is no JSON, or of another shape; its values are not in the message.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
    if problems[0]["type"] == "json_invalid":
        raise HttpError(f"{where}: {len(body):,} bytes, which are not JSON", Outcome.INVALID, reason="not_json")
    raise wrong_shape(where, problems)


def wrong_shape(where: str, problems: Any) -> HttpError:
    """Return the error for JSON of another shape, given pydantic's list of what is wrong with it."""
    places = [f"{'.'.join(map(str, problem['loc'])) or 'all of it'} ({problem['type']})" for problem in problems]
    shown = ", ".join(places[:_SHOWN_PROBLEMS])
    return HttpError(f"{where}: JSON of another shape than expected: {shown}", Outcome.INVALID, reason="wrong_shape")


def _no_null(value: object) -> object:
    return "" if value is None else value


# Words or nothing: a source may say null for none.
Words = Annotated[str, BeforeValidator(_no_null), Field(max_length=MAX_CHARACTERS)]
