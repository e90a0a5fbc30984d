"""What every estimator has in common: scikit-learn's parameters, fitted attributes, and a state of arrays and JSON."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

from sklearn.base import BaseEstimator

from musicdata_baselines.errors import NotFittedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


class Model(BaseEstimator, ABC):  # type: ignore[misc]  # scikit-learn has no types
    """The base of all that is fitted: constructors only store, `fit` checks, fitted attributes end in an underscore.

    A subclass names in `ARRAYS` and `FACTS` the fitted attributes that are its whole state, so that `models.save` needs
    no pickle. A list of arrays, one a view, is an array attribute too.
    """

    ARRAYS: tuple[str, ...] = ()
    FACTS: tuple[str, ...] = ()

    def require_fitted(self) -> None:
        """Refuse to go on before `fit`.

        Raises:
            NotFittedError: a fitted attribute is not there.
        """
        if missing := [name for name in (*self.ARRAYS, *self.FACTS) if not hasattr(self, name)]:
            raise NotFittedError(f"{type(self).__name__} has no {missing[0]} yet; call fit first")

    def state(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
        """Return the fitted arrays by name (`weights_.0` is the first view's) and the fitted facts, JSON values."""
        self.require_fitted()
        arrays: dict[str, NDArray[Any]] = {}
        for name in self.ARRAYS:
            value = getattr(self, name)
            arrays |= {f"{name}.{i}": v for i, v in enumerate(value)} if isinstance(value, list) else {name: value}
        return arrays, {name: getattr(self, name) for name in self.FACTS}

    def restore(self, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]) -> Self:
        """Set the fitted state that `state` returned."""
        for name in self.ARRAYS:
            several = sorted((k for k in arrays if k.startswith(f"{name}.")), key=lambda k: int(k.rsplit(".", 1)[1]))
            setattr(self, name, [arrays[key] for key in several] if several else arrays[name])
        for name in self.FACTS:
            setattr(self, name, facts[name])
        return self

    def check_state(self) -> None:
        """Refuse a restored state that `fit` cannot have left; a subclass says what it knows of shapes.

        Raises:
            ModelFileError: an array or a fact is not what it must be.
        """


class Estimator(Model):
    """The base of the estimators of paired views; a subclass writes `fit`, `transform` and `score`."""

    @abstractmethod
    def fit(self, views: Sequence[Any]) -> Self:
        """Fit to the views, arrays of shape (rows, features) with the same items in the same rows."""

    @abstractmethod
    def transform(self, views: Sequence[Any]) -> list[NDArray[Any]]:
        """Return one array of shape (rows, n_components) a view."""

    def fit_transform(self, views: Sequence[Any]) -> list[NDArray[Any]]:
        """Fit to the views and return their scores."""
        return self.fit(views).transform(views)
