"""The entry point of all eight functions: each gets the module that its variable names.

So a function imports what its own layer holds and nothing else, and it does so while it starts.
"""

from __future__ import annotations

import importlib
import os

MODULES = {
    "strategy": "strategy_v2.handler",
    "coordinator": "orchestration.coordinator",
    "aggregator": "orchestration.aggregator",
    "portfolio": "portfolio_v2.handler",
    "execution": "execution_v2.handler",
    "notifications": "notifications_v2.handler",
    "data": "strategy_v2.market.handler",
    "metrics": "notifications_v2.metrics",
}

lambda_handler = importlib.import_module(MODULES[os.environ["APP__FUNCTION"]]).handle
