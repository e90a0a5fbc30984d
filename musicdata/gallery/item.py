"""What was saved of one key of a table: names of files, facts, rights."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, field_validator

from musicdata.definitions.identifiers import is_file_name

_PICTURES = (".png", ".jpg", ".jpeg", ".webp")
_SOUNDS = (".flac", ".wav", ".mp3", ".ogg", ".opus")


class Item(BaseModel):
    """What was saved of one key: a sample, mostly.

    Attributes:
        files: names of its pictures and sounds.
        facts: table → column → value, as text.
        rights: modality → its rights; nothing where they are not told of this key.
        withheld: modalities that may not be handed on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: tuple[str, ...]
    facts: dict[str, dict[str, str]]
    rights: dict[str, str] = {}
    withheld: tuple[str, ...] = ()

    @field_validator("files")
    @classmethod
    def _lie_beside(cls, files: tuple[str, ...]) -> tuple[str, ...]:
        if odd := [name for name in files if not is_file_name(name)]:
            raise ValueError(f"{odd[0][:100]!r} is no plain file name")
        return files

    @property
    def pictures(self) -> list[str]:
        """List the files that are pictures."""
        return [name for name in self.files if name.lower().endswith(_PICTURES)]

    @property
    def sounds(self) -> list[str]:
        """List the files that are sounds."""
        return [name for name in self.files if name.lower().endswith(_SOUNDS)]

    def with_more(self, other: Item) -> Item:
        """Return the item with what another call saved of it."""
        files = tuple(dict.fromkeys([*self.files, *other.files]))
        return other.model_copy(update={"files": files, "facts": self.facts | other.facts})
