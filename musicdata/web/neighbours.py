"""Which samples lie near: one modality found by another, a map of all, and pairs that hardly belong together.

The space is fitted when it is first asked for, in a thread beside; until it is there the page is told what is done.
"""

from __future__ import annotations

import base64
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import MusicdataError
from musicdata.web.asking import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from musicdata.definitions.joint_space import JointSpace, Pair

MOST_POINTS = 50_000
"""Of a map; more are drawn from evenly."""

MOST_SUSPECTS = 200


class Neighbours:
    """The joint space of a data set, as soon as it is there.

    Args:
        join: fits it; it is told whom to tell what it does.
    """

    def __init__(self, join: Callable[[Callable[[str], None]], JointSpace]) -> None:
        self._join = join
        self._doing = "it begins"
        self._fault = ""
        self._space: JointSpace | None = None
        self._number_of: dict[str, int] = {}
        self._doubts: Mapping[Pair, NDArray[np.float64]] | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def fit(self, progress: Callable[[str], None]) -> None:
        """Find the space, now; what goes wrong is told to whoever asks for it."""
        try:
            space = self._join(progress)
            self._number_of = {sample_id: number for number, sample_id in enumerate(space.sample_ids.tolist())}
            self._space = space
        except MusicdataError as error:
            self._fault = str(error)
        except Exception as error:  # noqa: BLE001  # a thread's error is seen by nobody else
            self._fault = f"{type(error).__name__}: {error}"

    def _tell(self, text: str) -> None:
        self._doing = text

    def _ready(self) -> JointSpace | dict[str, Any]:
        """Return the space, or what the page is told until it is there."""
        if self._space is not None:
            return self._space
        if self._fault:
            raise BadRequestError(self._fault, "space", "see musicdata validate", 409)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self.fit, args=(self._tell,), name="space", daemon=True)
                self._thread.start()
        return {"busy": self._doing}

    def near(self, sample_id: str, of: str, to: str, k: int) -> dict[str, Any]:
        """Return the samples whose `to` lies nearest to a sample's `of`, and at which rank its own is.

        Returns:
            ``matches``, best first, each with sample_id, score (cosine), split, whether it is the sample itself or of
            its group; ``own``, the rank of its own partner, None within one modality; ``n`` candidates; ``views``;
            ``chance``, the mean rank of a guess, and the chance that one is among the k.
        """
        space = self._ready()
        if isinstance(space, dict):
            return space
        views = list(space.views)
        of, to = of or views[0], to or views[min(1, len(views) - 1)]
        for name in (of, to):
            if name not in space.views:
                raise BadRequestError("there is no such modality", "of, to", f"there is {', '.join(views)}")
        number = self._number_of.get(sample_id)
        if number is None:
            raise BadRequestError("the sample is not in the space", "id", "choose another", 404)
        scores = space.views[to] @ space.views[of][number]
        if of == to:
            scores[number] = -np.inf
        n = len(scores) - (of == to)
        order = np.argsort(-scores, kind="stable")[: min(k, n)]
        own = None if of == to else 1 + int((scores > scores[number]).sum())
        matches = [
            {
                "sample_id": str(space.sample_ids[row]),
                "score": round(float(scores[row]), 4),
                "split": str(space.split[row]),
                "is_own": bool(row == number),
                "is_of_group": bool(space.groups is not None and space.groups[row] == space.groups[number]),
            }
            for row in order.tolist()
        ]
        chance = {"mean_rank": (n + 1) / 2, "among": min(1.0, k / max(n, 1))}
        return {"matches": matches, "own": own, "n": n, "chance": chance, "of": of, "to": to} | _about(space)

    def map(self) -> dict[str, Any]:
        """Return the two directions in which the points of all modalities differ most, as little-endian float32.

        Returns:
            ``points``: modality → base64 of (samples, 2); ``ids`` and ``splits`` of the samples drawn, ``of`` all.
        """
        space = self._ready()
        if isinstance(space, dict):
            return space
        n = len(space.sample_ids)
        drawn = np.unique(np.linspace(0, n - 1, min(n, MOST_POINTS)).astype(np.int64))
        every = np.concatenate([view[drawn] for view in space.views.values()])
        centre = every.mean(axis=0)
        _, directions = np.linalg.eigh(np.cov((every - centre).astype(np.float64).T) if every.shape[1] > 1 else [[1.0]])
        plane = directions[:, ::-1][:, :2]
        points = {}
        for name, view in space.views.items():
            flat = np.zeros((len(drawn), 2), "<f4")
            flat[:, : plane.shape[1]] = (view[drawn] - centre) @ plane
            points[name] = base64.b64encode(flat.tobytes()).decode()
        ids = space.sample_ids[drawn].tolist()
        return {"points": points, "ids": ids, "splits": space.split[drawn].tolist(), "of": n} | _about(space)

    def suspects(self) -> dict[str, Any]:
        """Return the samples whose modalities fit worst, worst first, and whose would fit better.

        Returns:
            ``suspects``, each with sample_id, pair, doubt (share of other groups' samples that fit better), and
            ``better``, the sample of another group whose second modality lies nearest to its first.
        """
        space = self._ready()
        if isinstance(space, dict):
            return space
        if space.find_doubts is None or len(space.views) < 2:
            raise BadRequestError("nothing says which pairs belong together", "space", "it takes two modalities", 409)
        with self._lock:
            if self._doubts is None:
                self._doubts = space.find_doubts()
        found = [
            {"pair": pair, "doubt": round(float(doubts[row]), 4), "row": row}
            for pair, doubts in self._doubts.items()
            for row in np.argsort(-doubts, kind="stable")[:MOST_SUSPECTS].tolist()
        ]
        found.sort(key=lambda one: (-one["doubt"], one["row"]))
        for one in found[:MOST_SUSPECTS]:
            one |= {"sample_id": str(space.sample_ids[one["row"]]), "split": str(space.split[one["row"]])}
            one["better"] = self._better(space, one["row"], one["pair"])
        return {"suspects": found[:MOST_SUSPECTS], "n": len(space.sample_ids)} | _about(space)

    def _better(self, space: JointSpace, row: int, pair: Pair) -> dict[str, Any]:
        scores = space.views[pair[1]] @ space.views[pair[0]][row]
        own = float(scores[row])
        apart = space.groups != space.groups[row] if space.groups is not None else np.arange(len(scores)) != row
        scores[~apart] = -np.inf
        best = int(scores.argmax())
        return {"sample_id": str(space.sample_ids[best]), "score": round(float(scores[best]), 4), "own": round(own, 4)}


def _about(space: JointSpace) -> dict[str, Any]:
    return {"views": list(space.views), "method": space.method, "notes": list(space.notes)}
