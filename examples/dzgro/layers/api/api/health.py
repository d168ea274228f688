"""Says which code answers, and for whom."""

from typing import Annotated, Any

from dzgroshared.provenance import Provenance, provenance
from fastapi import APIRouter, Depends, Request

router = APIRouter()


def called(request: Request) -> Provenance:
    """Return where this call runs, from the Lambda event and context that Mangum passes on."""
    return provenance(request.scope["aws.event"], request.scope["aws.context"])


Called = Annotated[Provenance, Depends(called)]


@router.get("/health")
def health(call: Called) -> dict[str, Any]:
    """Answer healthy, with the version, environment, alias and region that do so."""
    return {"status": "healthy", **call.as_json()}
