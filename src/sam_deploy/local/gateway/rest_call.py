"""A request at a method of a REST API, as the steps of serving it pass it on. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from sam_deploy.local.gateway import event, event_v1, rest_errors
from sam_deploy.local.gateway.event_v1 import Place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sam_deploy.local.gateway.model import Outcome, Request
    from sam_deploy.local.gateway.rest_errors import Refusal
    from sam_deploy.local.gateway.rest_model import ApiKey, RestApi, RestStage
    from sam_deploy.local.gateway.rest_routing import RestMatch

# What the gateway itself adds has capitals; what a browser sends by HTTP/2 has none.
_CAPITALS: Final = {
    "host": "Host",
    "user-agent": "User-Agent",
    "x-amzn-trace-id": "X-Amzn-Trace-Id",
    "x-forwarded-for": "X-Forwarded-For",
    "x-forwarded-port": "X-Forwarded-Port",
    "x-forwarded-proto": "X-Forwarded-Proto",
}


NOBODY: Final[Mapping[str, str]] = MappingProxyType({})
"""Who signed a request that nobody signed."""


@dataclass(frozen=True, slots=True)
class RestCall:
    """The request, where it leads, and what is known of it.

    `rest` is the path below the stage, encoded as it was sent; `request.path` has the stage or
    the mapping before it.
    """

    api: RestApi
    stage: RestStage
    match: RestMatch
    request: Request
    rest: str
    account_id: str
    known: Mapping[str, str]

    @property
    def arn(self) -> str:
        """The ARN of the method that a policy is about."""
        place = f"arn:aws:execute-api:{self.api.region}:{self.account_id}:{self.api.api_id}"
        return f"{place}/{self.stage.name}/{self.request.method}{self.rest}"

    def event(
        self,
        authorizer: Mapping[str, object] | None,
        key: ApiKey | None,
        identity: Mapping[str, str] = NOBODY,
    ) -> dict[str, object]:
        """The event of a function: format 1.0 without its number, as REST APIs send it.

        `identity` is who signed the request.
        """
        place = Place(
            account_id=self.account_id,
            api_id=self.api.api_id,
            stage=self.stage.name,
            resource=self.match.resource.path,
            resource_id=self.match.resource.resource_id,
            path=self.request.path if self.request.base_path else self.rest,
            full_path=self.request.path,
            parameters=self.match.parameters,
            variables=self.stage.variables,
            authorizer=authorizer,
            deployment_id=self.stage.deployment_id,
            operation_name=self.match.method.operation_name,
        )
        headers = [
            (_CAPITALS.get(name, name), value) for name, value in event.passed_on(self.request)
        ]
        body = encoded_body(self.request, self.api.binary_media_types)
        made = event_v1.build(self.request, place, headers, body)
        del made["version"]
        context = made["requestContext"]
        if isinstance(context, dict):
            told = {"apiKey": key.value, "apiKeyId": key.key_id} if key else {"apiKey": None}
            context["identity"] = {**context["identity"], **told, **identity}
        return made

    def refuse(self, refusal: Refusal, note: str, **more: str) -> Outcome:
        """The answer to a refused call, in the API's words."""
        values = request_values(self.request, self.match.parameters)
        told = {**self.known, **more}
        return rest_errors.refuse(refusal, self.api.responses, values, told, note)


def request_values(request: Request, parameters: Mapping[str, str]) -> dict[str, str]:
    """What gateway responses and validators may name, as `method.request.header.Name`."""
    prefix = "method.request"
    return {
        **{f"{prefix}.path.{name}": value for name, value in parameters.items()},
        **{
            f"{prefix}.querystring.{name}": value
            for name, value in parse_qsl(request.query, keep_blank_values=True)
        },
        **{f"{prefix}.header.{name}": value for name, value in request.headers},
        **{f"{prefix}.header.{name.title()}": value for name, value in request.headers},
    }


def encoded_body(request: Request, binary_media_types: tuple[str, ...]) -> tuple[str | None, bool]:
    """The body as the event has it: base64 only for the media types that the API names."""
    if not request.body:
        return None, False
    if is_binary(request.header("content-type"), binary_media_types):
        return event.base64_text(request.body), True
    return request.body.decode("utf-8", "replace"), False


def is_binary(content_type: str, binary_media_types: tuple[str, ...]) -> bool:
    """Whether a media type is among those; of an Accept header, its first type counts.

    Source: "Content type conversions in API Gateway".
    """
    media_type = content_type.partition(",")[0].partition(";")[0].strip().lower()
    if not media_type:
        return "*/*" in binary_media_types
    family = media_type.partition("/")[0]
    return any(
        wanted.strip().lower() in (media_type, f"{family}/*", "*/*")
        for wanted in binary_media_types
    )
