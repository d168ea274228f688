"""What the runtime's tests share: the facts of a small app, as `app.json` has them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sam_deploy_runtime.manifest import Manifest, parse

ENVIRONMENTS = ["dev", "staging", "prod"]


@pytest.fixture
def facts() -> dict[str, Any]:
    return {
        "app": "shop",
        "home_region": "ap-south-1",
        "topology": "shared",
        "handler": "handler.handler",
        "environments": ENVIRONMENTS,
        "resources": {
            "Orders": {
                "kind": "queue",
                "names": {each: f"Orders{each.title()}Q" for each in ENVIRONMENTS},
            },
            "receipts": {
                "kind": "bucket",
                "names": {each: f"receipts-{each}" for each in ENVIRONMENTS},
            },
            "Users": {"kind": "user_pool", "names": {"dev": "UsersUserPoolDev"}},
        },
    }


@pytest.fixture
def manifest(facts: dict[str, Any]) -> Manifest:
    return parse(json.dumps(facts))
