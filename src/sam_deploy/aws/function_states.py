"""What Lambda tells of functions, versions and aliases, as values. Source: Lambda API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FunctionState:
    """A function or one of its versions. `code_sha256` is base64, as Lambda reports it."""

    version: str
    code_sha256: str
    revision_id: str
    state: str
    update_status: str
    reason: str = ""
    description: str = ""
    role: str = ""
    """ARN of its execution role."""
    memory_mb: int = 0
    timeout_seconds: int = 0
    size_bytes: int = 0
    """Of its archive, packed."""
    layers: tuple[str, ...] = ()
    """ARNs of the layer versions, in the order in which they are unpacked."""
    modified: str = ""
    """When it last changed, or the version was published: as Lambda writes it (ISO 8601)."""

    @property
    def settled(self) -> bool:
        """Whether nothing is in progress. An Inactive function is idle: its next call wakes it."""
        return self.state in {"Active", "Inactive"} and self.update_status == "Successful"

    @property
    def failed(self) -> bool:
        """Whether waiting longer is of no use."""
        return self.state == "Failed" or self.update_status == "Failed"


def state_of(answer: Any) -> FunctionState:  # noqa: ANN401 - the SDK has no types
    """Return a function, or a version of it, from an answer of Lambda."""
    return FunctionState(
        version=answer["Version"],
        code_sha256=answer.get("CodeSha256", ""),
        revision_id=answer.get("RevisionId", ""),
        state=answer.get("State", "Active"),
        update_status=answer.get("LastUpdateStatus", "Successful"),
        reason=answer.get("StateReason") or answer.get("LastUpdateStatusReason") or "",
        description=answer.get("Description") or "",
        role=answer.get("Role") or "",
        memory_mb=int(answer.get("MemorySize") or 0),
        timeout_seconds=int(answer.get("Timeout") or 0),
        size_bytes=int(answer.get("CodeSize") or 0),
        layers=tuple(str(each["Arn"]) for each in answer.get("Layers") or ()),
        modified=answer.get("LastModified") or "",
    )
