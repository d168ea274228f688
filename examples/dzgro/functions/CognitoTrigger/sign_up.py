"""Before and after a person signs up."""

import json
import logging
from typing import Any

from bson import json_util
from bson.objectid import ObjectId
from tokens import NEW_USER

from sam_deploy_runtime import environment

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)


def make_room(event: dict[str, Any], cognito: Any) -> None:  # noqa: ANN401 - a boto3 client
    """Delete users of the same e-mail who never confirmed, so that a second try can succeed."""
    pool, email = event["userPoolId"], event["request"]["userAttributes"]["email"]
    quoted = email.replace("\\", "\\\\").replace('"', '\\"')
    found = cognito.list_users(UserPoolId=pool, Filter=f'email = "{quoted}"')
    for user in found["Users"]:
        if user["UserStatus"] == "UNCONFIRMED":
            cognito.admin_delete_user(UserPoolId=pool, Username=user["Username"])
            logger.info("deleted unconfirmed user %s", user["Username"])


def welcome(event: dict[str, Any]) -> dict[str, Any]:
    """Log the document of a new user, and return it.

    The example has no database. The line is MongoDB extended JSON, as mongoimport reads it, and
    holds no personal data: the pool keeps e-mail and name.
    """
    document = {
        "_id": ObjectId(),
        "uid": event["request"]["userAttributes"]["sub"],
        "status": NEW_USER,
        "environment": environment(),
    }
    logger.info("user %s", json.dumps(document, default=json_util.default))
    return document
