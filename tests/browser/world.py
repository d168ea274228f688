"""Documents of the dashboard's contract, made up: an app, its regions, and what goes on there.

A small world is as dzgro is; a large one has fifty functions in twenty regions. Everything is the
same in each run.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from tests.browser import recordings
from tests.browser.recordings import Json, digest

REGIONS = (
    *("ap-south-1", "eu-west-1", "us-east-1", "us-west-2", "eu-central-1", "eu-north-1"),
    *("ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2", "ca-central-1"),
    *("sa-east-1", "us-east-2", "us-west-1", "eu-west-2", "eu-west-3", "ap-south-2"),
    *("eu-south-1", "me-south-1", "af-south-1"),
)
NAMES = (
    *("CognitoTrigger", "Api", "QueueModelMessageProcessor", "DzgroReportsS3Trigger"),
    *("RazorPayWebhook", "AmsChange", "AmsPerformance"),
)
ENVIRONMENTS = ("dev", "staging", "prod")
TITLES = {"dev": "Development", "staging": "Staging", "prod": "Production"}
ANN = "arn:aws:iam::123456789012:user/ann"
CODE = "271828"
"""The one-time code that the stand takes."""


@dataclass
class World:
    """Everything that the stand answers with; tests change it and tell the page."""

    functions: tuple[str, ...] = NAMES
    regions: tuple[str, ...] = REGIONS[:4]
    now: float = field(default_factory=time.time)
    deployed: bool = True
    unreachable: tuple[str, ...] = ()
    canary: bool = False
    runs: list[Json] = field(default_factory=list)
    open: Json | None = None
    error: Json | None = None
    """Why nothing can be read."""
    as_of: float | None = None
    """Rows that were read then are all there is."""
    read_only: bool = False

    def __post_init__(self) -> None:
        """Make what is served, and the releases that led there."""
        self.rows = [
            self._row(environment, name, region)
            for environment in ENVIRONMENTS
            for name in self.functions
            for region in self.regions_of(name)
        ]
        self.releases = self._releases() if self.deployed else []
        if self.deployed:
            self.runs = [
                recordings.finished(self.regions, self.now),
                recordings.failed(self.regions, self.now),
                recordings.under_way(self.regions, self.now),
            ]

    def set_of(self, name: str) -> str:
        """Return the feature set of a function."""
        return "ams" if name.startswith("Ams") else "core"

    def regions_of(self, name: str) -> tuple[str, ...]:
        """Return where a function is."""
        return self.regions[1:] if self.set_of(name) == "ams" else self.regions

    @property
    def tag(self) -> str:
        """Another one when the app is."""
        return digest("".join((*self.functions, *self.regions)))

    def app(self) -> Json:
        """Return /api/app."""
        return {
            "tag": self.tag,
            "name": "dzgro",
            "version": "0.1.0",
            "target": "embedded",
            "account": "000000000000",
            "home_region": self.regions[0],
            "regions": list(self.regions),
            "topology": "shared",
            "environments": [
                {"name": "dev", "title": TITLES["dev"], "promote_from": None, "final": False},
                {"name": "staging", "title": TITLES["staging"], "promote_from": "dev"},
                {"name": "prod", "title": TITLES["prod"], "promote_from": "staging", "final": True},
            ],
            "functions": [
                {
                    "name": each,
                    "feature_set": self.set_of(each),
                    "regions": list(self.regions_of(each)),
                    "function_name": f"{each}Function",
                }
                for each in self.functions
            ],
            "commands": {
                "status": "sam-deploy status",
                "promote": "sam-deploy promote ENVIRONMENT",
            },
            "read_only": self.read_only,
        }

    def status(self) -> Json:
        """Return /api/status."""
        silent = self.unreachable if self.as_of is None else ()
        rows = [each for each in self.rows if each["region"] not in silent]
        return {
            "read": time.time(),
            "seconds": 0.412,
            "rows": rows if self.error is None or self.as_of is not None else [],
            "as_of": self.as_of,
            "unreachable": [
                {"region": each, "why": "no answer within 5 s from `lambda`"}
                for each in self.unreachable
            ],
            "open": self.open,
            "app": self.tag,
            "error": self.error,
        }

    def _row(self, environment: str, name: str, region: str) -> Json:
        age = ENVIRONMENTS.index(environment)
        version = str(47 - age - (len(name) % 3)) if self.deployed else None
        first = self.functions[1]
        is_shifting = self.canary and environment == "prod" and name == first
        drift = (
            self.deployed
            and environment == "staging"
            and (name, region)
            == (
                self.functions[4 % len(self.functions)],
                self.regions[-1],
            )
        )
        return {
            "function": name,
            "feature_set": self.set_of(name),
            "region": region,
            "environment": environment,
            "version": version,
            "weights": {"48": 0.1} if is_shifting else {},
            "release": f"{environment}-{12 - age}" if self.deployed else None,
            "drift": drift
            or (self.deployed and environment == "dev" and name == self.functions[2]),
            "hot": self.deployed and environment == "dev" and name == self.functions[2],
        }

    def _releases(self) -> list[Json]:
        found = []
        for index in range(9):
            environment = ENVIRONMENTS[2 - index % 3]
            number = 12 - ENVIRONMENTS.index(environment) - index // 3
            found.append(self._release(environment, number, index))
        return found

    def _release(self, environment: str, number: int, index: int) -> Json:
        made = time.gmtime(self.now - 3600 * (2 + 20 * index))
        act = "deploy" if environment == "dev" else "promote"
        source = {"dev": "", "staging": "dev", "prod": "staging"}[environment]
        return {
            "id": f"{environment}-{number}",
            "environment": environment,
            "number": number,
            "act": act,
            "source": source,
            "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", made),
            "who": ANN if index % 2 else "arn:aws:sts::123456789012:assumed-role/deploy/ben",
            "host": "laptop",
            "digest": digest(f"{environment}{number}"),
            "promotion": "0123456789ab",
            "approval": "code to ops@example.com" if act == "promote" else "",
            "note": "invoices in euros" if index == 0 else "",
            "left_out": [self.regions[-1]] if index == 3 else [],
            "functions": [
                {
                    "function": f"{name}Function",
                    "region": region,
                    "version": str(number + 35 - len(name) % 3),
                    "commit": digest(f"{number}{len(name) % 2}")[:40],
                    "code_sha256": digest(f"{name}{number}")[:43] + "=",
                    "moved": (len(name) + number) % 2 == 0,
                }
                for name in self.functions
                for region in self.regions_of(name)
            ],
            "before": f"{environment}-{number - 1}" if index < 6 else None,
        }

    def history(self) -> Json:
        """Return /api/history."""
        newest: dict[str, str] = {}
        for each in self.releases:
            newest.setdefault(each["environment"], each["id"])
        return {
            "releases": self.releases,
            "live": {each: newest.get(each) for each in ENVIRONMENTS},
            "not_compared": None,
            "drift": [],
        }

    def diff(self, old: str, new: str) -> Json | None:
        """Return /api/diff."""
        by_id = {each["id"]: each for each in self.releases}
        if old not in by_id or new not in by_id:
            return None
        before, after = by_id[old], by_id[new]
        sides = [{key: each[key] for key in ("id", "made", "who")} for each in (before, after)]
        rows = []
        for then, now in zip(before["functions"], after["functions"], strict=True):
            served = [
                {key: each[key] for key in ("version", "commit", "code_sha256")}
                for each in (then, now)
            ]
            names = {"version": "version", "commit": "commit", "code_sha256": "code"}
            changed = [word for key, word in names.items() if served[0][key] != served[1][key]]
            row = {"function": then["function"], "region": then["region"], "changed": changed}
            rows.append({**row, "from": served[0], "to": served[1]})
        return {"from": sides[0], "to": sides[1], "functions": rows}

    def shifts(self, *, alarm: bool = False, step: int = 2) -> Json:
        """Return /api/shifts."""
        if not self.canary:
            return {"shifts": []}
        began = self.now - 500
        alarms = [{"name": "dzgro-prod-ApiErrors", "state": "OK"}]
        regions: list[Json] = [
            {"region": each, "weight": 0.1 if step == 1 else 0.5, "alarms": list(alarms)}
            for each in self.regions
        ]
        if alarm:
            regions[1]["alarms"] = [{"name": "dzgro-prod-ApiErrors", "state": "ALARM"}]
        return {
            "shifts": [
                {
                    "environment": "prod",
                    "state": "shifting",
                    "steps": [
                        {"percent": 10, "minutes": 5},
                        {"percent": 50, "minutes": 5},
                        {"percent": 100, "minutes": 0},
                    ],
                    "step": step,
                    "began": began + 300 * (step - 1),
                    "started": began,
                    "next": self.now + 100,
                    "regions": regions,
                    "series": self._series(began, step),
                }
            ]
        }

    def _series(self, began: float, step: int) -> list[Json]:
        points = []
        for minute in range(-4, 9):
            moment = began - began % 60 + 60 * minute
            share = 0.0 if minute < 0 else 0.1 if minute < 5 or step == 1 else 0.5
            for place, region in enumerate(self.regions):
                calls = 900 + 130 * place + 60 * ((minute * 7) % 5)
                for version, part in (("46", 1 - share), ("48", share)):
                    if part == 0:
                        continue
                    count = int(calls * part)
                    failed = count // (450 if version == "46" else 220)
                    point = {"time": moment, "region": region, "version": version}
                    figures = {"invocations": count, "errors": failed, "duration_p50_ms": 41.5}
                    points.append({**point, **figures})
        return points


def large(**changes: Any) -> World:
    """Return fifty functions in twenty regions, one of which does not answer."""
    names = tuple(f"{'Ams' if each % 7 == 0 else 'Order'}Handler{each:02}" for each in range(50))
    return World(functions=names, regions=REGIONS, unreachable=(REGIONS[13],), **changes)
