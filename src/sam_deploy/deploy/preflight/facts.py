"""What the checks are given, and what they return."""

from __future__ import annotations

from dataclasses import dataclass, field

from sam_deploy.aws import Aws
from sam_deploy.deploy.engine import Options
from sam_deploy.deploy.journal import Entry
from sam_deploy.deploy.lock import Held
from sam_deploy.deploy.survey import Place, Survey
from sam_deploy.errors import SamDeployError
from sam_deploy.lanes import Stop
from sam_deploy.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Facts:
    """What is to be deployed, and what stands."""

    manifest: Manifest
    account: str
    survey: Survey
    entry: Entry
    """The journal: what an earlier deployment has left."""
    held: Held | None
    """Who holds the lock."""
    options: Options
    aws: Aws
    stop: Stop
    take_expired_lock: bool = False
    promotion: Entry = field(default_factory=Entry)
    """The journal of the last promotion or rollback; an empty one for a promotion itself."""
    promotes: bool = False
    """It is a promotion that deploys, of an environment with stacks of its own."""

    def changes(self, place: Place) -> bool:
        """Whether a stack is new, or its text another one than what is deployed."""
        live = self.survey.live.get(place)
        return live is None or live.template != self.manifest.templates[place[0]].body


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth telling: an error that stops the deployment, or a warning."""

    error: SamDeployError | None = None
    warning: str = ""
    region: str = ""
