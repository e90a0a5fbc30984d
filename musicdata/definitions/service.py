"""The services there are: ours (`settings/services.toml`), and what installed packages and plug-ins declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.definitions.registry import Registry
from musicdata.errors import RecipeError
from musicdata.settings.service import SERVICES as OURS
from musicdata.settings.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterable

SERVICES: Registry[Service] = Registry("service", "musicdata.settings.service", "SERVICE", Service, RecipeError)


def known() -> list[Service]:
    """Return every service: ours in the order of their file, then the others in order of their names.

    Raises:
        RecipeError: two have one name, or a plug-in or an installed package cannot be imported.
    """
    others = SERVICES.all()
    return [*OURS, *(others[name] for name in sorted(others.keys() - {service.name for service in OURS}))]


def called(budgets: Iterable[str]) -> list[Service]:
    """Return the services that are called under these names of budgets, in the order of `known`.

    Args:
        budgets: as network stages name them; what follows a dot is of the budget, not of the service.

    Raises:
        RecipeError: there is no entry of one of them.
    """
    names = {budget.partition(".")[0] for budget in budgets}
    services = known()
    if unknown := sorted(names - {service.name for service in services}):
        there = ", ".join(f"{service.name} ({service.used_for})" for service in services)
        raise RecipeError(
            f"a stage calls the service {unknown[0]!r}, of which there is no entry; there are {there}. Declare it in a "
            f"module of your plug-in: SERVICE = Service(name={unknown[0]!r}, …), see musicdata/settings/service.py"
        )
    return [service for service in services if service.name in names]
