"""Puts faults in force in a running cloud, asks for them, and ends them. See `door.py`.

A region that is gone answers no request of people either, so the gateway is told of it: domains
in several regions go to the next one. While a fault may concern calls of functions, the gateway
calls them through the proxy.

May touch: the cloud's proxy and its gateway, by HTTP on loopback.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from sam_deploy.errors import UnreachableError
from sam_deploy.local.faults import fault as faults
from sam_deploy.local.faults.door import PATH

if TYPE_CHECKING:
    from sam_deploy.local.faults.fault import Fault, InForce
    from sam_deploy.local.state import RunningCloud

_SECONDS: Final = 10.0
_STOPPED: Final = "/_gateway/regions/{}/stopped"
_MEETS_FAULTS: Final = "/_gateway/meets-faults"
_OK: Final = 200


def add(cloud: RunningCloud, fault: Fault) -> InForce:
    """The fault is in force from now on, also for commands that run. Raises UnreachableError."""
    whole = faults.InForce("", fault).as_json()["fault"]
    added = faults.in_force(_ask(cloud.endpoint, "POST", PATH, whole))
    _meet(cloud.gateway, fault)
    return added


def in_force(cloud: RunningCloud) -> list[InForce]:
    """Return the cloud's faults, in the order in which they were added. Raises UnreachableError."""
    return [faults.in_force(each) for each in _ask(cloud.endpoint, "GET", PATH)]


def remove(cloud: RunningCloud, ids: Sequence[str]) -> list[InForce]:
    """Return those of these faults that were in force; they are no more. Without ids: all.

    Raises UnreachableError.
    """
    query = f"?{urlencode([('id', each) for each in ids])}" if ids else ""
    gone = [faults.in_force(each) for each in _ask(cloud.endpoint, "DELETE", PATH + query)]
    still = [each.fault for each in in_force(cloud)]
    back = {each.fault.region_gone for each in gone} - {each.region_gone for each in still}
    for region in sorted(back - {""}):
        _ask(cloud.gateway, "DELETE", _STOPPED.format(region))
    if not any(each.meets_requests for each in still):
        _ask(cloud.gateway, "DELETE", _MEETS_FAULTS)
    return gone


def tell(proxy: str, gateway: str) -> None:
    """A gateway that has just started knows what is in force. Raises UnreachableError.

    Both are base URLs.
    """
    for each in _ask(proxy, "GET", PATH):
        _meet(gateway, faults.in_force(each).fault)


def _meet(gateway: str, fault: Fault) -> None:
    if fault.region_gone:
        _ask(gateway, "PUT", _STOPPED.format(fault.region_gone))
    if fault.meets_requests:
        _ask(gateway, "PUT", _MEETS_FAULTS)


def _ask(server: str, method: str, path: str, document: object = None) -> Any:  # noqa: ANN401 - JSON
    connection = http.client.HTTPConnection(urlsplit(server).netloc, timeout=_SECONDS)
    body = None if document is None else json.dumps(document)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        found = json.loads(answer.read())
        if answer.status != _OK:
            raise ConnectionError(found.get("message", f"status {answer.status}"))
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UnreachableError(
            "The faults of the embedded cloud could not be reached",
            why=str(error),
            hint="run `sam-deploy cloud status`",
        ) from error
    else:
        return found
    finally:
        connection.close()
