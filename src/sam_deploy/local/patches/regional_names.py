"""Names that CloudFormation makes up differ from region to region.

Fault: MiniStack 1.5.33 makes them of stack and logical id alone, so the same stack in two regions
has one role (IAM knows no regions): when it is deleted in one region, the stack of the other one
loses its role, and its next update fails. On AWS each region has a suffix of its own.
Seam: `provisioners._physical_name`.
Source: CloudFormation user guide, "Name type".
"""

from __future__ import annotations

import hashlib
import importlib
from typing import Any, Final

SUFFIX: Final = 13
"""Characters at the end of a name, made of a hash."""


def of_region(name: str, region: str) -> str:
    """Return a name with another suffix in each region, as long as before and in its case."""
    kept, suffix = name[:-SUFFIX], name[-SUFFIX:]
    made = hashlib.sha256(f"{region}:{suffix.upper()}".encode()).hexdigest()[: len(suffix)]
    return kept + (made if name == name.lower() else made.upper())


def apply() -> None:
    """Make up names as before, then let the region count."""
    provisioners: Any = importlib.import_module("ministack.services.cloudformation.provisioners")
    named = provisioners._physical_name  # noqa: SLF001

    def named_by_region(*where: str, **how: Any) -> str:  # noqa: ANN401
        return of_region(named(*where, **how), provisioners.get_region())

    provisioners._physical_name = named_by_region  # noqa: SLF001
