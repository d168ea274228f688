"""Decides what is to be built and which stacks go where. Touches nothing."""

from sam_deploy.plan.model import (
    Architecture,
    BuildUnit,
    ExtraFile,
    NodeUnit,
    PlainUnit,
    Plan,
    Request,
    StackPlan,
    Target,
    Unit,
)
from sam_deploy.plan.planner import make

__all__ = [
    "Architecture",
    "BuildUnit",
    "ExtraFile",
    "NodeUnit",
    "PlainUnit",
    "Plan",
    "Request",
    "StackPlan",
    "Target",
    "Unit",
    "make",
]
