"""What the gateway remembers of the deployed APIs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from sam_deploy.local.gateway.deployed import FRESH_SECONDS, REGIONS, Deployed
from sam_deploy.local.gateway.model import Cors, HttpApi, Integration, Route, Stage
from sam_deploy.local.gateway.slots import Slots
from sam_deploy.local.gateway.upstream import function_of, qualifier_of, signed

ARN = "arn:aws:lambda:eu-west-1:1:function:Api"


class Emulator:
    """Answers reads from a map of paths, and counts them."""

    def __init__(self) -> None:
        self.reads: list[str] = []
        self.api: dict[str, object] | None = {
            "apiId": "abc",
            "name": "app",
            "protocolType": "HTTP",
            "corsConfiguration": {"AllowOrigins": ["*"]},
        }
        self.items: dict[str, list[dict[str, object]]] = {
            "routes": [{"routeKey": "GET /a", "target": "integrations/i1"}],
            "integrations": [
                {
                    "integrationId": "i1",
                    "integrationType": "AWS_PROXY",
                    "integrationUri": ARN,
                    "timeoutInMillis": 5000,
                }
            ],
            "stages": [{"stageName": "dev", "stageVariables": {"Alias": "dev"}}],
        }

    async def read(
        self, region: str, path: str, service: str = "apigateway"
    ) -> dict[str, object] | None:
        """As `Upstream.read`."""
        assert service == "apigateway"
        await asyncio.sleep(0)
        if path.startswith("/restapis"):
            return None
        self.reads.append(f"{region}{path}")
        return self.api if region == "eu-west-1" else None

    async def read_items(
        self, region: str, path: str, *, items: str = "items", mark: str = "nextToken"
    ) -> list[dict[str, object]]:
        """As `Upstream.read_items`."""
        assert (items, mark) in (("items", "nextToken"), ("item", "position"))
        if path == "/v2/apis":
            return [self.api] if self.api and region == "eu-west-1" else []
        return self.items.get(path.rpartition("/")[2], [])

    async def query(self, service: str, region: str, parameters: Mapping[str, str]) -> str:
        """As `Upstream.query`."""
        pytest.fail(f"{service} in {region} was asked {parameters}, though the API has routes")

    async def fetch(self, path: str, service: str, region: str) -> bytes:
        """As `Upstream.fetch`."""
        pytest.fail(f"{service} in {region} was asked for {path}, though the API has routes")


class Clock:
    """Moves by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def test_an_api_is_read_whole() -> None:
    """Routes, integrations, stages and CORS, in the gateway's own words."""
    expected = HttpApi(
        api_id="abc",
        region="eu-west-1",
        name="app",
        routes=(Route("GET /a", "i1"),),
        integrations={"i1": Integration("AWS_PROXY", ARN, 5.0)},
        stages={"dev": Stage("dev", {"Alias": "dev"})},
        cors=Cors(("*",)),
    )
    assert expected == asyncio.run(Deployed(Emulator(), Clock()).api("eu-west-1", "abc"))


def test_an_api_is_remembered_for_a_second() -> None:
    """Many calls at once are one read; after a second it is read again."""
    emulator, clock = Emulator(), Clock()

    async def calls() -> list[int]:
        deployed, counts = Deployed(emulator, clock), []
        for later in (0.0, FRESH_SECONDS * 0.9, FRESH_SECONDS * 0.2):
            clock.now += later
            await asyncio.gather(*(deployed.api("eu-west-1", "abc") for _ in range(5)))
            counts.append(len(emulator.reads))
        return counts

    assert [1, 1, 2] == asyncio.run(calls())


def test_an_api_that_is_not_there_is_asked_for_again() -> None:
    """So the first request after a deployment finds it."""
    emulator = Emulator()
    there, emulator.api = emulator.api, None

    async def calls() -> list[bool]:
        deployed = Deployed(emulator, Clock())
        before = await deployed.api("eu-west-1", "abc")
        emulator.api = there
        return [before is None, await deployed.api("eu-west-1", "abc") is None]

    assert [True, False] == asyncio.run(calls())


def test_apis_of_another_protocol_are_none_of_ours() -> None:
    """A WebSocket API is neither served nor listed."""
    emulator = Emulator()
    emulator.api = {"apiId": "abc", "protocolType": "WEBSOCKET"}
    deployed = Deployed(emulator, Clock())
    assert asyncio.run(deployed.api("eu-west-1", "abc")) is None
    assert () == asyncio.run(deployed.all())


def test_all_regions_are_looked_at_for_the_start_page() -> None:
    """The documents' regions are among them, each once."""
    assert {"ap-south-1", "eu-west-1", "us-east-1", "us-west-2"} <= set(REGIONS)
    assert len(REGIONS) == len(set(REGIONS))
    assert ["abc"] == [api.api_id for api in asyncio.run(Deployed(Emulator(), Clock()).all())]


def test_an_integration_never_waits_longer_than_aws() -> None:
    """Thirty seconds is the default and the most."""
    emulator = Emulator()
    for given, expected in ((None, 30.0), (45_000, 30.0), (50, 0.05)):
        emulator.items["integrations"][0]["timeoutInMillis"] = given
        api = asyncio.run(Deployed(emulator, Clock()).api("eu-west-1", "abc"))
        assert isinstance(api, HttpApi)
        assert expected == api.integrations["i1"].timeout_seconds


def test_an_arn_is_taken_apart_for_the_call() -> None:
    """Name and region address the function, the qualifier its alias."""
    assert ("Api", "eu-west-1") == function_of(f"{ARN}:dev")
    assert [{"Qualifier": "dev"}, {}] == [qualifier_of(f"{ARN}:dev"), qualifier_of(ARN)]


def test_a_signature_names_account_region_and_service() -> None:
    """The emulator reads them from the credential scope."""
    assert "/eu-west-1/lambda/aws4_request" in signed("lambda", "eu-west-1")["authorization"]


def test_a_slot_is_waited_for_but_not_for_ever() -> None:
    """The second call waits; the one that waited its time goes ahead without a slot."""

    async def calls() -> list[str]:
        slots, order = Slots(limit=1, wait_seconds=0.05), []

        async def call(name: str, seconds: float) -> None:
            async with slots.one():
                order.append(name)
                await asyncio.sleep(seconds)

        await asyncio.gather(call("short", 0.01), call("next", 0.2), call("impatient", 0.01))
        return order

    assert ["short", "next", "impatient"] == asyncio.run(calls())


def test_a_long_call_keeps_nobody_waiting() -> None:
    """After a moment its slot is another's: four long polls are no reason to stand still."""

    async def calls() -> list[str]:
        slots, order = Slots(limit=1, wait_seconds=30, hold_seconds=0.05), []

        async def call(name: str, seconds: float) -> None:
            async with slots.one():
                await asyncio.sleep(seconds)
            order.append(name)

        await asyncio.gather(call("long", 0.5), call("quick", 0), call("quick", 0))
        return order

    assert ["quick", "quick", "long"] == asyncio.run(calls())
