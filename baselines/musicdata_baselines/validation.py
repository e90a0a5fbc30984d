"""`musicdata validate`: check, the suite that the recipe names, gate → one `Validation`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import musicdata
from musicdata.definitions import suite as suites
from musicdata.definitions.suite import Clock, Options, Rule, Validation
from musicdata.engine.finished import require_finished
from musicdata.errors import RecipeError, UsageError
from musicdata.workspace.folder import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from musicdata.definitions.suite import Settings, Suite


def validate(  # noqa: PLR0913 - the command's options are its arguments
    path: str | Path | None = None,
    *,
    deep: bool | None = None,
    device: str = "auto",
    seed: int = 0,
    n_permutations: int = 10_000,
    progress: Callable[[str], None] = lambda _text: None,
    swept: bool | None = None,
    runs: int | None = None,
    epochs: float = 1.0,
    export: Path | None = None,
    keep: Path | None = None,
) -> Validation[Any]:
    """Check a workspace or a release, run the suite of its recipe and judge whether it may be released.

    Args:
        path: workspace or release; the only workspace in ``musicdata-work`` when None.
        deep: fit the deep baselines too; when None, if torch is installed.
        device: ``auto``, ``cpu`` or ``cuda``.
        seed: of everything random.
        n_permutations: re-pairings behind each p-value.
        progress: is told what is done next.
        swept: of a recipe that has a sweep over components and runs: False for nothing of it, True for its deep methods
            too wherever they run, None for its deep methods on a CUDA card only.
        runs: random splits of the sweep, all of them when None.
        epochs: epochs of the sweep's deep methods as a share of the paper's.
        export: folder for what was measured in the formats of other people's tools, of a suite that has them.
        keep: folder for what a suite trains over minutes: a validation that was killed takes it up again from there.

    Raises:
        UsageError: the recipe does not say what to validate, or it is not built; or an option is one that the suite, or
            this recipe, has nothing for.
        RecipeError: the suite is unknown, or its settings are wrong.
        SetupError: a package that the suite needs is not installed.
        DeviceError: the device is unknown or not there.
        RefusedError: the workspace is stale or unfinished.
        MusicdataError: see `musicdata.errors`.
    """
    options = Options(deep, device, seed, swept, runs, epochs, n_permutations, export, keep)
    data = musicdata.open_data(path)
    if isinstance(data, musicdata.Work):
        require_finished(data.recipe, Workspace(data.root), "validated")
    head = data.head
    if head.validate is None:
        raise UsageError(f"the recipe of {data.root} has no [validate]: it does not say what to compare")
    suite, settings = _suite(data.root, head.validate.task, head.validate.settings)
    suite.require_packages()
    settings = settings.among(data)
    if missing := sorted({name.partition(".")[0] for name in settings.columns()} - set(data.tables)):
        raise UsageError(f"{data.root} has no {', '.join(missing)} yet: finish it with musicdata build, then validate")
    suite.require_options(options)
    suite.require(data, settings, options)
    clock = Clock(progress)
    with clock.part("check"):
        report = musicdata.check(path)
    findings = tuple(f"{f.check}: {f.table + ': ' if f.table else ''}{f.message}" for f in report.findings)
    outcome = suite.run(data, settings, options, clock)
    return Validation(
        dataset=head.dataset.name,
        title=head.dataset.title,
        musicdata=musicdata.__version__,
        seed=seed,
        device=outcome.device,
        tables=outcome.tables,
        n_samples=outcome.n_samples,
        n_groups=outcome.n_groups,
        checks_passed=tuple(report.passed),
        check_findings=findings,
        rules=(_contracts_hold(findings), *outcome.rules),
        notes=outcome.notes,
        seconds=clock.seconds,
        result=outcome.result,
        task=suite.name,
        card=outcome.card,
        methods=outcome.methods,
    )


def _suite(root: Path, task: str, given: dict[str, Any]) -> tuple[Suite[Any], Settings]:
    try:
        settings = suites.settings_of(task, given)
    except RecipeError as error:
        raise RecipeError(f"the recipe of {root}: [validate] {error}") from error
    return suites.find(task), settings


def _contracts_hold(findings: Sequence[str]) -> Rule:
    return Rule("contracts hold", not findings, findings[0] if findings else "musicdata check passes")
