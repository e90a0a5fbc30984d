"""What a source of lyrics says of a track, checked and in one shape, whichever source it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from musicdata.sources.answers import canonical

if TYPE_CHECKING:
    from musicdata.definitions.stage import Caller

MAX_CHARACTERS = 200_000


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


def _no_null(value: object) -> object:
    return "" if value is None else value


# Words or nothing: a source may say null for none.
Words = Annotated[str, BeforeValidator(_no_null), Field(max_length=MAX_CHARACTERS)]
