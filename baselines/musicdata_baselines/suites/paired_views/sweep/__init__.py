"""Retrieval over numbers of components and random splits, as Tables III to VIII of Yu, Tang, Raposo & Chen 2019."""

from __future__ import annotations

from musicdata_baselines.suites.paired_views.sweep.data import Material, Run, read
from musicdata_baselines.suites.paired_views.sweep.measure import measure
from musicdata_baselines.suites.paired_views.sweep.plan import Plan, make_plan

__all__ = ["Material", "Plan", "Run", "make_plan", "measure", "read"]
