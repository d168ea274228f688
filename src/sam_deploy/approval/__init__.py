"""Asks a person to agree to one release plan: by a one-time code, or by an approval file.

It guards against mistakes of people who may do what they ask for. It is no access control: who
holds the credentials can move aliases without it.
"""

from sam_deploy.approval.file import ApprovalFile
from sam_deploy.approval.grants import by_file, grant
from sam_deploy.approval.ledger import COOL_DOWN_SECONDS
from sam_deploy.approval.posting import Mails
from sam_deploy.approval.refusals import no_terminal
from sam_deploy.approval.session import Ask, Audit, Say, by_code
from sam_deploy.approval.subject import Approval, Subject

__all__ = [
    "COOL_DOWN_SECONDS",
    "Approval",
    "ApprovalFile",
    "Ask",
    "Audit",
    "Mails",
    "Say",
    "Subject",
    "by_code",
    "by_file",
    "grant",
    "no_terminal",
]
