"""Everything that is in the way of a deployment, all at once, before anything is written.

Each check is a function of what was found (`Facts`) and, where it has to ask more, of the gateways;
it returns errors, which stop the deployment, and notes, which do not.
"""

from sam_deploy.deploy.preflight.check import check, one_error
from sam_deploy.deploy.preflight.facts import Facts, Finding

__all__ = ["Facts", "Finding", "check", "one_error"]
