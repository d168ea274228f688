"""Where the APIs of a stack answer: their stages, as the running gateway knows them.

May touch: the cloud's gateway, by HTTP on loopback.
"""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sam_deploy.errors import UnreachableError

if TYPE_CHECKING:
    from sam_deploy.local.state import RunningCloud

_SECONDS: Final = 10.0
_DEFAULT_STAGE: Final = "$default"


def addresses(cloud: RunningCloud, region: str, api_id: str) -> tuple[str, ...]:
    """Return the URL of each stage of an API, HTTP or REST, without a slash at its end.

    None where there is no such API. That of the default stage has no segment for it, as on AWS.
    Raises UnreachableError.
    """
    connection = http.client.HTTPConnection(urlsplit(cloud.gateway).netloc, timeout=_SECONDS)
    try:
        connection.request("GET", f"/_gateway/apis/{region}/{api_id}")
        stages = json.loads(connection.getresponse().read())["stages"]
    except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
        raise UnreachableError(
            "The gateway of the embedded cloud does not tell where APIs answer",
            why=str(error),
            hint="run `sam-deploy cloud status`",
        ) from error
    finally:
        connection.close()
    whole = [cloud.url(region, api_id, each) for each in stages]
    return tuple(each.removesuffix(f"/{_DEFAULT_STAGE}") for each in whole)
