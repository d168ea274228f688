"""Decides what is to be built and which stacks go where. Touches nothing."""

from sam_deploy.plan.model import (
    Architecture,
    BuildUnit,
    ExtraFile,
    Plan,
    Request,
    StackPlan,
    Target,
)
from sam_deploy.plan.planner import make

__all__ = [
    "Architecture",
    "BuildUnit",
    "ExtraFile",
    "Plan",
    "Request",
    "StackPlan",
    "Target",
    "make",
]
