"""Schemathesis, against a FastAPI application behind Mangum and the gateway, by its own OpenAPI.

The application answers every request, valid or not, with less than 500. So must the gateway.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import fastapi
import hypothesis
import pytest
import schemathesis
from mangum import Mangum
from pydantic import BaseModel, Field
from tests.conformance.asking import Gateway
from tests.conformance.cloud import Json, http_api, rest_api

pytestmark = pytest.mark.slow
BASES = {"http2": "fuzz2/$default", "http1": "fuzz1/$default", "rest": "fuzzrest/prod"}
EXAMPLES = 20


class Note(BaseModel):
    """A note of the application."""

    title: Annotated[str, Field(min_length=1, max_length=50)]
    tags: list[str] = []
    priority: Annotated[int, Field(ge=0, le=9)] = 0


def application() -> fastapi.FastAPI:
    """An API with what APIs have: paths, queries, headers, cookies, JSON, forms and bytes."""
    made = fastapi.FastAPI(title="notes", version="1")

    @made.get("/notes")
    def listed(
        tag: Annotated[list[str] | None, fastapi.Query()] = None,
        limit: Annotated[int, fastapi.Query(ge=1, le=100)] = 10,
        x_trace: Annotated[str | None, fastapi.Header()] = None,
        session: Annotated[str | None, fastapi.Cookie()] = None,
    ) -> Json:
        return {"tag": tag, "limit": limit, "trace": x_trace, "session": session}

    @made.get("/notes/{note_id}")
    def one(note_id: int) -> Json:
        if note_id % 2:
            raise fastapi.HTTPException(404)
        return {"id": note_id}

    @made.get("/named/{name}/of/{owner}")
    def named(name: str, owner: str) -> Json:
        return {"name": name, "owner": owner}

    @made.post("/notes", status_code=201)
    def create(note: Note) -> Note:
        return note

    @made.put("/files/{name}")
    async def put(name: str, request: fastapi.Request) -> Json:
        return {"name": name, "size": len(await request.body())}

    @made.delete("/notes/{note_id}", status_code=204)
    def delete(note_id: int) -> None:
        del note_id

    return made


APPLICATION = application()
SCHEMA = schemathesis.openapi.from_dict(APPLICATION.openapi())
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations()]


@pytest.fixture(scope="module")
def deployed(gateway: Gateway) -> Gateway:
    """The gateway, with the application behind each kind of API."""
    adapter = Mangum(APPLICATION, lifespan="off")

    def handler(event: Json) -> Any:
        asyncio.set_event_loop(asyncio.new_event_loop())
        return adapter(event, None)  # type: ignore[arg-type]

    gateway.cloud.functions["notes"] = handler
    gateway.cloud.adapters.add("notes")
    old = {"function": "notes", "payloadFormatVersion": "1.0"}
    http_api(gateway.cloud, "fuzz2", {"$default": "notes"})
    http_api(gateway.cloud, "fuzz1", {"$default": old})
    rest_api(
        gateway.cloud,
        "fuzzrest",
        {"ANY /": "notes", "ANY /{proxy+}": "notes"},
        binaryMediaTypes=["application/octet-stream"],
    )
    return gateway


@pytest.mark.parametrize("kind", BASES)
@pytest.mark.parametrize("operation", OPERATIONS, ids=[each.label for each in OPERATIONS])
def test_no_request_is_an_error_that_the_application_did_not_make(
    deployed: Gateway, kind: str, operation: Any
) -> None:
    """The application itself never answers with 5xx, so nobody else has a reason to."""
    base = f"http://127.0.0.1:{deployed.connection.port}/eu-west-1/{BASES[kind]}"
    deployed.cloud.events.clear()

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy())
    def every(case: Any) -> None:
        answer = case.call(base_url=base, timeout=10)
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)

    every()
    assert EXAMPLES / 2 < len(deployed.cloud.events)
