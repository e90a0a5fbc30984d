"""The report as one HTML page: no scripts, nothing loaded from anywhere; equal validations give equal bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from markupsafe import Markup

from musicdata import gallery
from musicdata.definitions import suite as suites
from musicdata.definitions.suite import Place
from musicdata_baselines.report import plain_tables
from musicdata_baselines.report.templates import environment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.definitions.suite import Section, Validation
    from musicdata.definitions.table_source import TableSource


def render(validation: Validation[Any], data: TableSource | None = None) -> str:
    """Return the page as HTML text.

    Args:
        validation: what was found.
        data: the workspace or release, to show samples of it; None for a page of figures alone.

    Raises:
        InputError: the suite cannot draw its part, as where a paper is named whose table is not here.
        IntegrityError: a sound or picture of `data` is damaged.
    """
    suite = suites.find(validation.task)
    of_suite = suite.page(validation) if suite.page else plain_tables.page(validation.card)
    return (
        environment()
        .get_template("page.html.j2")
        .render(
            v=validation,
            places={place: _joined(of_suite.sections, place) for place in get_args(Place)},
            links=[s for s in of_suite.sections if s.place == "results" and s.title],
            groups=of_suite.groups,
            again=of_suite.again,
            splits=[split for split in ("train", "valid", "test") if split in validation.n_samples],
            gallery=gallery.section(gallery.gather(data)) if data else "",
            gallery_style=gallery.style() if data else "",
            total=sum(validation.seconds.values()),
            times=sorted(validation.seconds.items(), key=lambda part: (-part[1], part[0])),
        )
    )


def _joined(sections: Sequence[Section], place: Place) -> Markup:
    return Markup("\n".join(s.html for s in sections if s.place == place))  # noqa: S704 - the suite escapes every text
