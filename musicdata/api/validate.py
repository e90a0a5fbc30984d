"""Validating as a function: check, baselines, controls, the gate, and the report of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.api.work import open_data
from musicdata.release.reading.release import Release
from musicdata.wording import as_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from musicdata.api.work import Work
    from musicdata.definitions.suite import Validation

_SHOWN = 3  # reasons in a repr
_SHOWN_CHARACTERS = 200  # of each


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """What a validation came to.

    Attributes:
        validation: everything that was measured.
        report: its page, ``validation.html``.
        document: the same as JSON, ``validation.json``.
    """

    validation: Validation[Any]
    report: Path
    document: Path

    @property
    def holds(self) -> bool:
        """Say whether the gate holds: the data set may be released."""
        return self.validation.holds

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return why the gate refuses, a sentence a rule; nothing where it holds."""
        return tuple(f"{rule.name}: {rule.found}" for rule in self.validation.rules if not rule.holds)

    def lines(self) -> list[str]:
        """Return the report as lines of text, as `musicdata validate` prints it."""
        from musicdata_baselines import report

        return list(report.lines(self.validation))

    def json(self) -> str:
        """Return all that was measured as JSON, as it stands in `document`."""
        from musicdata_baselines import report

        return report.encode(self.validation)

    def __repr__(self) -> str:
        shown = "; ".join(reason[:_SHOWN_CHARACTERS] for reason in self.reasons[:_SHOWN])
        said = f"the gate refuses: {shown}" if shown else "the gate holds"
        return f"<Verdict {self.validation.dataset}: {said}; report {str(self.report)!r}>"

    def _repr_html_(self) -> str:
        rules = self.validation.rules
        rows = [("✓" if rule.holds else "✗", rule.name, rule.found[:_SHOWN_CHARACTERS]) for rule in rules]
        said = f"the gate {'holds' if self.holds else 'refuses'}; {self.report}"
        return as_table(("", "rule", "found"), rows, f"{self.validation.title}: {said}")


def validate(
    path: str | PathLike[str] | None = None,
    *,
    out: str | Path | None = None,
    deep: bool | None = None,
    device: str = "auto",
    seed: int = 0,
    sweep: bool | None = None,
    runs: int | None = None,
    epochs: float = 1.0,
    export: str | Path | None = None,
    progress: Callable[[str], None] = lambda _text: None,
) -> Verdict:
    """Check a data set, fit its baselines and controls, judge whether it may be released, and write the report.

    >>> verdict = musicdata.validate("musicdata-work/musictm", deep=False)  # doctest: +SKIP
    >>> verdict.holds, verdict.reasons, verdict.report  # doctest: +SKIP
    (True, (), PosixPath('musicdata-work/musictm/validation/validation.html'))

    What a suite trains is kept in ``models`` beside the report, where another run, or `musicdata.caption`, finds it.

    Args:
        path: workspace, or a release in any way that `musicdata.load` takes; the only workspace in ``musicdata-work``
            when None.
        out: folder of the report; ``validation`` in the workspace, ``validation-NAME-VERSION`` here for a release.
        deep: fit the deep baselines too; when None, if PyTorch is installed.
        device: ``auto``, ``cpu`` or ``cuda``.
        seed: of everything random.
        sweep: of a recipe with a sweep over components and random splits: with its deep methods on any device, or
            nothing of it; deep ones on CUDA only when None.
        runs: random splits of the sweep; all of them when None.
        epochs: of the sweep's deep methods, as a share of the paper's.
        export: folder for what was measured in the formats of other tools, of a suite that has them.
        progress: is told what is done next.

    Raises:
        UsageError: the recipe does not say what to validate, or it is not built, or the suite has no such option.
        RefusedError: the workspace is stale or unfinished.
        MusicdataError: see `musicdata.errors`. That the gate refuses is no error: ask `Verdict.holds`.
    """
    import musicdata_baselines
    from musicdata_baselines import report

    opened = open_data(path if path is None or isinstance(path, str) else Path(path), progress=progress)
    folder = Path(out) if out is not None else _place(opened)
    validation = musicdata_baselines.validate(
        opened.root,
        deep=deep,
        device=device,
        seed=seed,
        progress=progress,
        swept=sweep,
        runs=runs,
        epochs=epochs,
        export=None if export is None else Path(export),
        keep=folder / "models",
    )
    as_json, as_html = report.write(validation, folder, opened)
    return Verdict(validation, as_html, as_json)


def _place(opened: Work | Release) -> Path:
    """Return the folder of the report; not in a release, which holds exactly what its record names."""
    return Path(f"validation-{opened.record.slug}") if isinstance(opened, Release) else opened.place("validation")
