"""The cloud's own proxy: passes on what comes, does what faults say, and is told of them by HTTP.

    GET    /_sam_deploy/faults           what is in force
    POST   /_sam_deploy/faults           one more, as JSON
    DELETE /_sam_deploy/faults?id=f1     not this one any more; without an id, none

No AWS call has such a path: names of buckets begin with a letter or a digit.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from sam_deploy.local.faults import upstream
from sam_deploy.local.faults.answers import Made
from sam_deploy.local.faults.fault import from_json
from sam_deploy.local.faults.proxy import Proxy
from sam_deploy.local.faults.table import Table

if TYPE_CHECKING:
    import socket

    from sam_deploy.local.faults.calls import Known, Request
    from sam_deploy.local.faults.rules import Action
    from sam_deploy.local.faults.wire import Stream

PATH: Final = "/_sam_deploy/faults"
_INSPECTION: Final = ("/_ministack/", "/_sam_deploy/")
"""What is no call of AWS, and so meets no fault: mails, readiness, reset."""


class Door(Proxy):
    """A proxy whose faults are added and removed while it runs."""

    def __init__(self, cloud: str, door: socket.socket | None = None) -> None:
        self.table = Table()
        super().__init__(cloud, door)

    def decide(self, call: Known) -> Action | None:
        """Return what the faults in force do with a call."""
        return self.table.decide(call)

    def handled(self, stream: Stream, head: Request, client: socket.socket) -> bool:
        """Answer one request; say whether the connection is still good."""
        path = urlsplit(head.target).path
        if path == PATH:
            made = self._told(stream.body(head))
            client.sendall(made.as_bytes(with_body=head.method != "HEAD"))
            return True
        if head.headers.get("upgrade", "").lower() == "websocket":
            upstream.tunnel(self._address(), head, client)
            return False
        if self.table and not path.startswith(_INSPECTION):
            return super().handled(stream, head, client)
        # Without faults nobody has to know which call it is, which takes longer than passing it on.
        upstream.pass_on(self._address(), stream.body(head), client)
        return True

    def _told(self, request: Request) -> Made:
        if "origin" in request.headers:  # web pages have no business here
            return _json(403, {"message": "the embedded cloud takes faults from programs only"})
        match request.method:
            case "GET":
                return _json(200, [each.as_json() for each in self.table.faults()])
            case "POST":
                try:
                    fault = from_json(json.loads(request.body))
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    return _json(400, {"message": f"this is no fault: {error}"})
                return _json(200, self.table.add(fault).as_json())
            case "DELETE":
                ids = parse_qs(urlsplit(request.target).query).get("id")
                gone = self.table.remove(set(ids) if ids else None)
                return _json(200, [each.as_json() for each in gone])
        return _json(405, {"message": "GET, POST or DELETE"})


def _json(status: int, document: Any) -> Made:  # noqa: ANN401 - whatever JSON can say
    return Made(status, (("Content-Type", "application/json"),), json.dumps(document).encode())
