"""Everything the card tells, as values: nothing here is typed, all of it comes from the record and the data files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata.release.description import citation, sentences
from musicdata.release.description.card import datasheet, gate, head
from musicdata.release.description.card.figures import SPLITS, ConfigFigures, figures_of, show_group
from musicdata.release.description.card.known import Known
from musicdata.release.description.card.markdown import Markdown, code, grid
from musicdata.release.record import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.definitions.contract import Contract
    from musicdata.definitions.family import Group
    from musicdata.definitions.head import Head
    from musicdata.definitions.suite import FigureTable
    from musicdata.release.record.layout import Record

Row = list[Any]
_IDENTIFIERS = "_id"
_PITCH = "MIDI note number"


@dataclass(frozen=True, slots=True)
class Facts:
    """Gives the template its values.

    Attributes:
        record: of the release.
        recipe: what the recipe says about the data set.
        contracts: table → contract as this view has it.
        figures: of each config, `samples` first.
    """

    record: Record
    recipe: Head
    contracts: Mapping[str, Contract]
    figures: list[ConfigFigures]

    @property
    def head(self) -> Markdown:
        """Return the YAML head."""
        return Markdown(head.render(self.record, self.recipe, self.figures))

    @property
    def description(self) -> str:
        """Return what the data set is."""
        return self.recipe.release.description if self.recipe.release else ""

    @property
    def licence(self) -> str:
        """Return the licence of what is the data set's own."""
        return self.recipe.release.licence if self.recipe.release else ""

    @property
    def splits(self) -> list[str]:
        """List the splits there are."""
        return [split for split in SPLITS if any(split in one.rows for one in self.figures)]

    @property
    def sample_splits(self) -> list[str]:
        """List the splits of the samples."""
        return list(self.samples.rows) if self.samples else []

    @property
    def samples(self) -> ConfigFigures | None:
        """Return the figures of the config `samples`."""
        return figures_of(self.figures, layout.SAMPLES)

    @property
    def audio_column(self) -> str:
        """Return a column of the config `samples` in which there are sounds, or nothing."""
        one = self.samples
        sounds = [c.name for _, c in one.shown.columns if c.is_sound and c.name in one.media] if one else []
        return next((name for name in sounds if one and one.media[name].empty < one.n_rows), "")

    @property
    def media_tables(self) -> list[str]:
        """List the tables with pictures or sounds that are not empty."""
        return [
            table
            for one in self.figures
            for table, column in one.shown.columns
            if column.is_media and (media := one.media.get(column.name)) and media.empty < one.n_rows
        ]

    @property
    def other_config(self) -> str:
        """Return a config beside `samples` that has rows, or nothing."""
        return next((one.shown.name for one in self.figures[1:] if one.n_rows), "")

    @property
    def first_split(self) -> str:
        """Return the first split of the samples that has rows."""
        rows = self.samples.rows if self.samples else {}
        return next((split for split in SPLITS if rows.get(split)), layout.SPLITS[0])

    @property
    def lacking(self) -> list[str]:
        """Say what the full release has and this view has not."""
        return sentences.lacking(self.record, list(self.contracts))

    @property
    def view(self) -> str:
        """Say what this view shows."""
        return sentences.view(self.record)

    @property
    def verdict(self) -> str:
        """Say whether the gate holds."""
        return sentences.verdict(self.record)

    @property
    def provenance(self) -> list[str]:
        """Say where the items come from, and which release came before."""
        before = self.record.previous
        follows = [f"It follows {before.version}, content root {before.content_root}."] if before else []
        return [*sentences.sources(self.record), "The recipe is in recipe.toml, with every parameter.", *follows]

    @property
    def takedowns(self) -> list[str]:
        """Say how many items were taken down."""
        return sentences.takedowns(self.record)

    @property
    def data_folder(self) -> str:
        """Return a folder of data files."""
        return f"{layout.DATA}/{self.other_config or layout.SAMPLES}"

    def identity_rows(self) -> list[Row]:
        """Return what tells this release from all others, and its size."""
        return [
            ["name", code(self.record.name)],
            ["version", code(self.record.version)],
            *([["date", self.record.date]] if self.record.date else []),
            *([["found at", Markdown(f"<{self.record.url}>")]] if self.record.url else []),
            ["view", self.view],
            ["content root", code(self.record.content_root)],
            ["samples", self.samples.n_rows if self.samples else 0],
            ["bytes of data", self._sum("bytes")],
        ]

    def table_rows(self) -> list[Row]:
        """Return a row a config: what a row of it is, rows of each split, files, bytes."""
        return [
            [code(f.shown.name), f.shown.description, *(f.rows.get(s) for s in self.splits), f.n_rows, f.files, f.bytes]
            for f in self.figures
        ] + [[Markdown("all"), "", *(None for _ in self.splits), None, *(self._sum("files"), self._sum("bytes"))]]

    def _sum(self, name: str) -> int:
        return sum(getattr(one, name) for one in self.figures)

    def split_rows(self) -> list[Row]:
        """Return rows of the samples split by split: samples, distinct ids, hours of sound, languages."""
        if self.samples is None:
            return []
        rows: list[Row] = [["samples", *self.samples.rows.values(), self.samples.n_rows]]
        for name, texts in self.samples.texts.items():
            if name.endswith(_IDENTIFIERS):
                counts = [texts.distinct(split) for split in self.sample_splits]
                rows.append([Markdown(f"distinct {code(name)}"), *counts, texts.distinct()])
        for table, seconds in self.samples.seconds.items():
            hours = [seconds.get(split, 0.0) / 3600 for split in self.sample_splits]
            rows.append([Markdown(f"hours of sound ({code(table)})"), *hours, sum(hours)])
        return rows + self._language_rows()

    def _language_rows(self) -> list[Row]:
        counts = self.samples.languages if self.samples else {}
        shown: dict[str, list[int]] = {}
        for place, split in enumerate(self.sample_splits):
            for language, number in counts.get(split, {}).items():
                name = f"language {head.language_name(language)}"
                shown.setdefault(name, [0] * len(self.sample_splits))[place] += number
        return [[name, *numbers, sum(numbers)] for name, numbers in sorted(shown.items())]

    def highlights(self) -> list[Markdown]:
        """Return lines that tell of pitches and of the words' variety, by the units and contents the contracts name."""
        lines = []
        for one in self.figures:
            for _, column in one.shown.columns:
                place = code(f"{one.shown.name}.{column.name}")
                number, text = one.numbers.get(column.name), one.texts.get(column.name)
                if (media := one.media.get(column.name)) and media.empty < one.n_rows:
                    lines.append(f"{place}: {one.n_rows - media.empty:,} files, {media.bytes:,} bytes in all")
                if column.unit == _PITCH and number and number.least is not None and number.greatest is not None:
                    span = number.greatest - number.least
                    lines.append(
                        f"{place}: from {number.least:g} to {number.greatest:g}, a range of {span:g} semitones"
                    )
                elif column.content_of and text and text.distinct():
                    lines.append(f"{place}: {text.distinct():,} distinct values")
        return [Markdown(line) for line in lines]

    def column_rows(self, figures: ConfigFigures) -> list[Row]:
        """Return a row a column, or a family of columns: its figures and its unit."""
        return [
            [code(group.name), *show_group(figures, group), group.unit]
            for _, group in figures.shown.groups
            if not all(column.is_array for column in group.columns)
        ]

    def dictionary(self, figures: ConfigFigures) -> Markdown:
        """Return a table, a row a column or a family: type, unit, meaning, what of the works it shows, its table."""
        is_joined = len(figures.shown.tables) > 1
        rows = [
            [code(group.name), group.kind, group.unit, group.meaning, _shows(group)]
            + ([code(table)] if is_joined else [])
            for table, group in figures.shown.groups
        ]
        return grid(rows, ["column", "type", "unit", "what it is", "shows", *(["table"] if is_joined else [])])

    def rights_rows(self) -> list[Row]:
        """Return a row a modality and rights value, with the number of items."""
        return [
            [modality, sentences.RIGHTS.get(value, value), number]
            for modality, values in sorted(self.record.rights.items())
            for value, number in sorted(values.items())
        ]

    def rule_rows(self) -> list[Row]:
        """Return a row a rule of the gate; what was found against one that fails may name items, so it is not told."""
        rules = self.record.gate.rules if self.record.gate else []
        return [
            [str(rule.get("name")), bool(rule.get("holds")), rule.get("found") if rule.get("holds") else _IN_RECORD]
            for rule in rules
        ]

    def figure_tables(self) -> list[FigureTable]:
        """Return the tables of figures that the suite has for the card."""
        return gate.figure_tables(self.record.gate)

    def reject_rows(self) -> list[Row]:
        """Return a row a stage and reason, with the number of items dropped."""
        return [
            [code(stage), code(reason), number]
            for stage, reasons in sorted(self.record.rejects.items())
            for reason, number in sorted(reasons.items())
        ]

    def stage_rows(self) -> list[Row]:
        """Return a row a stage: its version and its parameters."""
        return [[code(line.name), line.version, code(line.parameters)] for line in sentences.stages(self.record)]

    def tool_rows(self) -> list[Row]:
        """Return a row a program or library with its version."""
        return [[name, version] for name, version in sorted(self.record.tools.items())]

    @property
    def datasheet(self) -> dict[str, list[tuple[str, Markdown]]]:
        """Return part → questions and answers."""
        return datasheet.answers(Known(self.record, self.recipe, self.figures, self.lacking))

    @property
    def bibtex(self) -> Markdown:
        """Return how to cite the release; without backticks, which would end the block it stands in."""
        return Markdown(citation.bibtex(self.record, self.recipe).replace("`", "'"))


_IN_RECORD = f"does not hold; see {layout.RECORD}"


def _shows(group: Group) -> str:
    shown = [
        column.content_of or (f"features of {column.features_of}" * bool(column.features_of))
        for column in group.columns
    ]
    return ", ".join(filter(None, dict.fromkeys(shown)))
