"""IAM policies for one app: exactly what each role around it calls, on exactly its things. Pure.

calls        the calls of our commands, as recorded       operations  what IAM asks for each
handlers     what CloudFormation calls for a template     reference   what IAM knows of an action
scope        app, account, regions                        things      ARNs of what a template makes
rights       actions and things as statements             roles       whose they are
statements   merged, packed into policies                 trust       who may take a role
forms        JSON, Terraform, CloudFormation
"""

from sam_deploy.export.iam.forms import Form, Written, document, files
from sam_deploy.export.iam.making import scope_of
from sam_deploy.export.iam.roles import (
    ROLES,
    RoleName,
    policies_of,
    statements_of,
    unknown_types,
)
from sam_deploy.export.iam.scope import Scope
from sam_deploy.export.iam.trust import Project, by_cloudformation, by_token, project_of

__all__ = [
    "ROLES",
    "Form",
    "Project",
    "RoleName",
    "Scope",
    "Written",
    "by_cloudformation",
    "by_token",
    "document",
    "files",
    "policies_of",
    "project_of",
    "scope_of",
    "statements_of",
    "unknown_types",
]
