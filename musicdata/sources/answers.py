"""What a service says, read as JSON of a known shape; what is kept of it, as bytes that are always the same."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from musicdata.system.http import HttpError, Outcome

_SHOWN_PROBLEMS = 3

M = TypeVar("M", bound=BaseModel)


def canonical(value: Any) -> bytes:
    """Return a JSON value as bytes, the same whatever the order of its keys."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()


def checked(model: type[M], body: bytes, where: str) -> M:
    """Return the model of a JSON body.

    Args:
        model: says which shape it has.
        body: whatever a server said.
        where: who said it, for the message.

    Raises:
        HttpError: the body is no JSON, or of another shape; its values are not in the message.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
    if problems[0]["type"] == "json_invalid":
        raise HttpError(f"{where}: {len(body):,} bytes, which are not JSON", Outcome.INVALID, reason="not_json")
    raise wrong_shape(where, problems)


def wrong_shape(where: str, problems: Any) -> HttpError:
    """Return the error for JSON of another shape, given pydantic's list of what is wrong with it."""
    places = [f"{'.'.join(map(str, problem['loc'])) or 'all of it'} ({problem['type']})" for problem in problems]
    shown = ", ".join(places[:_SHOWN_PROBLEMS])
    return HttpError(f"{where}: JSON of another shape than expected: {shown}", Outcome.INVALID, reason="wrong_shape")
