"""Whether the archives were built for where they go. Pure; calls nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sam_deploy.deploy.preflight.asking import on_aws
from sam_deploy.deploy.preflight.facts import Facts, Finding
from sam_deploy.errors import RefusedError

HOST: Final = "host-"
"""How targets of the embedded cloud begin: archives for the computer that built them."""


def target(facts: Facts) -> Iterator[Finding]:
    """Yield an error when archives for this kind of computer would go to AWS."""
    wrong = [each for each in facts.manifest.targets if each.startswith(HOST)]
    if wrong and on_aws(facts):
        yield Finding(
            error=RefusedError(
                "These archives were not built for AWS",
                why=f"they are for {', '.join(wrong)}: the embedded cloud of the computer that "
                "built them",
                hint="build them for AWS, or run `sam-deploy deploy --target aws` from the sources",
            )
        )
