"""The space of a data set's views: where the modalities of each sample lie beside one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits

from musicdata.definitions.joint_space import JointSpace, unit_rows
from musicdata.errors import UsageError
from musicdata_baselines import backend
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.mcca import MCCA
from musicdata_baselines.linear.moments import Moments
from musicdata_baselines.suites.paired_views import baselines, dataset
from musicdata_baselines.suites.paired_views.controls.evidence import gather_evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from musicdata.definitions.joint_space import Pair
    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.paired_views.controls.subject import Subject
    from musicdata_baselines.suites.paired_views.settings import PairedViewsSettings


def join(data: TableSource, settings: PairedViewsSettings, progress: Callable[[str], None]) -> JointSpace:
    """Return the space of CCA, or of MCCA for three views or more, fitted to the train split.

    Ridge and weighting are those of the linear baselines, chosen on the valid split.

    Raises:
        UsageError: there are too few samples to fit anything to.
        InputError: the views are not of the same samples.
    """
    if too_few := dataset.sizes(data, settings).too_few(data.head.split_by):
        raise UsageError(f"no space can be fitted: {too_few}")
    progress("features")
    with threadpool_limits(1, user_api="blas"):
        read = dataset.read(data, settings)
        subject, names = read.subject, read.subject.names
        make: Any = CCA if len(names) == 2 else MCCA
        progress(f"{make.__name__} of {', '.join(names)}")
        views = baselines.views_of(read, names)
        moments = Moments.of(views["train"], backend=backend.choose("cpu"))
        choice = baselines.choose_linear(make, moments, views["valid"], device="cpu")
        fitted = make(shrinkage=choice.shrinkage, weighting=choice.exponent, device="cpu")
        fitted.fit_moments(moments, at_most=baselines.N_COMPONENTS)
        scores = fitted.transform([subject.views[name] for name in names])
    n_train = len(read.rows("train"))
    return JointSpace(
        sample_ids=subject.sample_ids,
        views={name: unit_rows(one) for name, one in zip(names, scores, strict=True)},
        method=f"{make.__name__} weighted, ridge {choice.shrinkage:g}, fitted to {n_train:,} samples of train",
        split=subject.split,
        groups=subject.groups,
        notes=("Samples of train were fitted to: their own partners come out nearer than new ones would.",),
        find_doubts=lambda: _doubts(subject),
    )


def _doubts(subject: Subject) -> Mapping[Pair, NDArray[Any]]:
    with threadpool_limits(1, user_api="blas"):
        return {pair: gather_evidence(subject, pair, 0).residual for pair in subject.pairs}
