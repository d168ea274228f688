"""What is served: functions, and the routes that lead to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sam_deploy.local.workers.model import Function

ACCOUNT: Final = "000000000000"


@dataclass(frozen=True, slots=True)
class ServedApp:
    """An app as it is served at one moment. Every route leads to a function by its name.

    `alias` is the environment, as in the ARN of a deployed function. `cors` has the keys of
    ApiGatewayV2 Cors.
    """

    region: str
    alias: str
    functions: Mapping[str, Function]
    routes: tuple[tuple[str, str], ...]
    """`GET /hello` -> name of the function, in the order of the app."""
    cors: Mapping[str, object] | None = None

    def arn(self, name: str) -> str:
        """The invoked ARN of a function: its name is Lambda's, the alias the environment."""
        physical = self.functions[name].name
        function = f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{physical}"
        return f"{function}:{self.alias}" if self.alias else function

    def name_of(self, physical: str) -> str:
        """The name of the function that Lambda calls so; '' for none."""
        found = (name for name, each in self.functions.items() if each.name == physical)
        return next(found, "")


@dataclass(frozen=True, slots=True)
class Said:
    """One event of a function's log, or a word of the platform's about a call."""

    function: str
    message: str
    failed: bool = False
    lines: tuple[str, ...] = field(default=())
