"""The methods a scheme is measured with: which, in what order, with what parameters."""

from __future__ import annotations

import importlib.util
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from musicdata_baselines import backend
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.moments import Moments
from musicdata_baselines.linear.selection import SHRINKAGES, choose
from musicdata_baselines.linear.wsabie import WSABIE
from musicdata_baselines.suites.albums.judging import Encoded
from musicdata_baselines.views import Sequences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from musicdata.definitions.suite import Options
    from musicdata_baselines.suites.albums.parts import Parts
    from musicdata_baselines.suites.albums.settings import Training

EXPONENTS = (0.5, 1.0, 2.0, 4.0)  # powers of the correlation a score is weighted with
N_COMPONENTS = 100  # the paper has CCA of 50 and of 100
PLAIN, WEIGHTED = "CCA", "CCA weighted"
WSABIE_STEPS = 2_000
_STEP_S, _LSTM_STEP_S = 0.07, 23.0  # of 128 reviews, measured (docs/benchmarks.md)
NOT_WANTED = "they were not wanted, or torch is not here (pip install 'musicdata[deep]')"
_LEAST_CHOOSING = 2  # albums, fitted to and chosen by

TextInput = Literal["tokens", "text", "encoder"]


@dataclass(frozen=True, slots=True)
class Network:
    """A two-branch network.

    Attributes:
        name: ours.
        reads: what of a review it reads.
        backward: λ2; 0 for the unidirectional loss.
        is_linear: one layer in place of two.
        has_neighbours: neighbourhood sampling.
        is_constrained: λ3 and λ4 are the recipe's weight; 0 otherwise.
        is_lstm: whether an LSTM reads the words.
    """

    name: str
    reads: TextInput
    backward: float = 1.0
    is_linear: bool = False
    has_neighbours: bool = False
    is_constrained: bool = False
    is_lstm: bool = False

    @property
    def text(self) -> Literal["vectors", "mean", "lstm"]:
        """Return what the text branch makes of what it reads."""
        if self.reads != "tokens":
            return "vectors"
        return "lstm" if self.is_lstm else "mean"


NETWORKS = (
    Network("TwoBranch unidirectional", "tokens", backward=0.0),
    Network("TwoBranch linear", "tokens", is_linear=True),
    Network("TwoBranch", "tokens"),
    Network("TwoBranch neighbours", "tokens", has_neighbours=True),
    Network("TwoBranch constraints", "tokens", has_neighbours=True, is_constrained=True),
    Network("TwoBranch word vectors", "text", has_neighbours=True),
    Network("TwoBranch encoder", "encoder"),
    Network("TwoBranch LSTM", "tokens", is_lstm=True),
)
"""In the order they are fitted."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which networks are trained how long.

    Attributes:
        wanted: whether any are.
        to_the_end: train for all epochs, wherever it runs.
        epochs: share of the paper's.
        device: ``auto``, ``cpu`` or ``cuda``.
        seed: of everything random.
    """

    wanted: bool
    to_the_end: bool
    epochs: float
    device: str
    seed: int

    @classmethod
    def of(cls, options: Options) -> Plan:
        """Return what the user's options ask for."""
        there = importlib.util.find_spec("torch") is not None
        wanted = there if options.deep is None else options.deep
        on_card = wanted and backend.choose(options.device).name != "cpu"
        to_the_end = on_card if options.sweep is None else options.sweep
        return cls(wanted, to_the_end, options.epochs, options.device, options.seed)


def linear(parts: Parts, device: str, seed: int) -> Iterator[Encoded]:
    """Yield the linear methods: CCA of mean word vectors, plain and weighted with its correlations, and WSABIE.

    A review is paired with the mean of its album's songs. Ridge and weighting of CCA are chosen on artists of the train
    part that are held out for it; then all of the train part is fitted.
    """
    started = time.monotonic()
    chosen = choose_ridge(parts, device)
    for name, ridge in ((PLAIN, replace(chosen, exponent=0.0)), (WEIGHTED, chosen)):
        model = fit_cca(parts, parts.train, parts.data.review_album[parts.train], ridge, device)
        songs, reviews = encode_cca(model, parts)
        settings = asdict(ridge) | {"n_components": int(songs.shape[1])}
        yield Encoded(name, songs, reviews, settings, time.monotonic() - started)
        started = time.monotonic()
    views, groups = training(parts, parts.data.text)
    ranking = WSABIE(max_steps=WSABIE_STEPS, seed=seed).fit(views, groups)
    songs, reviews = ranking.transform([parts.data.audio[parts.test_songs], parts.data.text[parts.test]])
    yield Encoded("WSABIE", songs, reviews, {"steps": ranking.n_steps_}, time.monotonic() - started)


@dataclass(frozen=True, slots=True)
class Ridge:
    """Ridge and exponent of CCA, and whether they were chosen on held-out artists."""

    shrinkage: float = 0.1
    exponent: float = 1.0
    is_chosen: bool = False


def choose_ridge(parts: Parts, device: str) -> Ridge:
    """Choose ridge and weighting of CCA on artists held out of the train part; take usual ones of too few albums."""
    fitted, chosen = parts.choosing()
    data, songs = parts.data, parts.mean_songs
    if min(len(np.unique(data.review_album[fitted])), len(chosen)) < _LEAST_CHOOSING:
        return Ridge()
    moments = Moments.of([songs[data.review_album[fitted]], data.text[fitted]], backend=backend.choose(device))
    valid: list[NDArray[Any]] = [songs[data.review_album[chosen]], data.text[chosen]]
    found = choose(
        CCA, moments, valid, shrinkages=SHRINKAGES, exponents=EXPONENTS, n_components=N_COMPONENTS, device=device
    )
    return Ridge(found.shrinkage, found.exponent, is_chosen=True)


def fit_cca(parts: Parts, reviews: NDArray[np.int64], albums: NDArray[np.int64], ridge: Ridge, device: str) -> CCA:
    """Return CCA of some reviews with the mean songs of `albums` (reviews,)."""
    moments = Moments.of([parts.mean_songs[albums], parts.data.text[reviews]], backend=backend.choose(device))
    model = CCA(shrinkage=ridge.shrinkage, weighting=ridge.exponent, device=device)
    return model.fit_moments(moments, at_most=N_COMPONENTS)


def encode_cca(model: CCA, parts: Parts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what CCA makes of the songs and of the reviews of the test part."""
    songs = model.transform_one(parts.data.audio[parts.test_songs], 0)
    return songs, model.transform_one(parts.data.text[parts.test], 1)


def training(parts: Parts, texts: Any) -> tuple[list[Any], list[NDArray[np.int64]]]:
    """Return the songs and the texts of the train part, and the album of each."""
    data, songs = parts.data, parts.train_songs
    return [data.audio[songs], take(texts, parts.train)], [data.song_album[songs], data.review_album[parts.train]]


def take(texts: Any, rows: NDArray[np.int64]) -> Any:
    """Return some of the texts, whether they are features or token ids."""
    return texts.take(rows) if isinstance(texts, Sequences) else texts[rows]


def networks(parts: Parts, how: Training, plan: Plan) -> Iterator[Encoded]:
    """Yield the two-branch networks that can be trained, see `left_out`."""
    for network in NETWORKS:
        if why_not(network, parts, how, plan):
            continue
        started = time.monotonic()
        texts = _texts(network, parts)
        model = build(network, parts, how, plan).fit(*training(parts, texts))
        songs, reviews = model.transform([parts.data.audio[parts.test_songs], take(texts, parts.test)])
        settings = {
            "reads": network.reads,
            "steps": model.n_steps_,
            "epochs": round(model.n_steps_ / steps_of(parts, how, 1), 2),
            "loss": model.history_[-1]["loss"] if model.history_ else None,
        }
        yield Encoded(network.name, songs, reviews, settings, time.monotonic() - started)


def build(network: Network, parts: Parts, how: Training, plan: Plan) -> Any:
    """Return the untrained network."""
    from musicdata_baselines.deep.two_branch import TwoBranch

    weight = how.neighbour_weight if network.is_constrained else 0.0
    return TwoBranch(
        n_components=how.components,
        text=network.text,
        margin=how.margin,
        false_pairs=how.false_pairs,
        hidden=how.hidden,
        words=how.words,
        lstm=how.lstm,
        vocabulary=how.vocabulary,
        most_tokens=how.most_tokens,
        epochs=max(1, round(how.epochs * plan.epochs)),
        max_steps=most_steps(network, parts, how, plan),
        batch_size=how.batch_size,
        learning_rate=how.learning_rate,
        seed=plan.seed,
        device=plan.device,
        linear=network.is_linear,
        backward=network.backward,
        neighbours=network.has_neighbours,
        near_x=weight,
        near_y=weight,
    )


def steps_of(parts: Parts, how: Training, epochs: float) -> int:
    """Return how many steps so many epochs are."""
    return max(1, round(len(parts.train) / how.batch_size)) * max(1, round(epochs))


def most_steps(network: Network, parts: Parts, how: Training, plan: Plan) -> int:
    """Return how many steps a network is trained: all of its epochs, or the recipe's most."""
    wanted = steps_of(parts, how, how.epochs * plan.epochs)
    if plan.to_the_end:
        return wanted
    return min(wanted, how.lstm_steps if network.is_lstm else how.most_steps)


def estimated_minutes(parts: Parts, how: Training, plan: Plan) -> float:
    """Return about how long the networks that can be trained take, on one thread of a processor."""
    wanted = [network for network in NETWORKS if not why_not(network, parts, how, plan)]
    return sum(most_steps(one, parts, how, plan) * (_LSTM_STEP_S if one.is_lstm else _STEP_S) for one in wanted) / 60


def why_not(network: Network, parts: Parts, how: Training, plan: Plan) -> str:
    """Say why a network is left out; "" where it is not."""
    if not plan.wanted:
        return NOT_WANTED
    if _texts(network, parts) is None:
        return f"the recipe names no {network.reads}"
    if most_steps(network, parts, how, plan) < 1:
        return "its steps take too long for a processor; --sweep trains it"
    return ""


def left_out(parts: Parts, how: Training, plan: Plan) -> Iterator[str]:
    """Yield a sentence for each network that is not trained, or one for all of them."""
    if not plan.wanted:
        yield f"the networks: {NOT_WANTED}"
        return
    for network in NETWORKS:
        if reason := why_not(network, parts, how, plan):
            yield f"{network.name}: {reason}"


def _texts(network: Network, parts: Parts) -> Any:
    return {"tokens": parts.data.tokens, "text": parts.data.text, "encoder": parts.data.encoder}[network.reads]
