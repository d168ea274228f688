"""States of stacks, and what CloudFormation says of changes."""

from __future__ import annotations

from typing import Final

from sam_deploy.cli.guiding.aws_codes.model import AwsCode

RECOVER: Final = "`sam-deploy recover` shows the way out of it and asks before it goes it"
CAUSE: Final = (
    "the first event that ends in `_FAILED` names the resource and the cause; the error repeats it"
)

STACKS: Final = (
    AwsCode(
        "ROLLBACK_COMPLETE",
        "CloudFormation",
        "the stack was to be created, failed, and everything of it was deleted again",
        ("a resource of a first deployment was refused", "a name was taken, or a right missing"),
        (
            CAUSE,
            "correct the cause, then `sam-deploy deploy --recreate`",
            "such a stack cannot be updated, only deleted and made again",
        ),
        ("ROLLBACK_FAILED", "CREATE_FAILED"),
    ),
    AwsCode(
        "UPDATE_ROLLBACK_COMPLETE",
        "CloudFormation",
        "an update failed and was taken back; the stack is as it was and can be updated",
        ("a resource was refused", "a quota was reached", "somebody cancelled the update"),
        (CAUSE, "correct it, then `sam-deploy resume` or `sam-deploy deploy`"),
    ),
    AwsCode(
        "UPDATE_ROLLBACK_FAILED",
        "CloudFormation",
        "an update failed, and taking it back failed, too: the stack can do neither",
        (
            "something that the old state needs was deleted by hand",
            "the role lost a right between the update and its rollback",
        ),
        (
            RECOVER,
            "`sam-deploy recover --skip LOGICAL_ID` leaves out what cannot be put back",
            "its functions go on serving meanwhile",
        ),
        ("UPDATE_FAILED",),
    ),
    AwsCode(
        "DELETE_FAILED",
        "CloudFormation",
        "a stack was to be deleted, and some of it could not be",
        ("a bucket is not empty", "something else still uses it", "a right is missing"),
        (RECOVER, "`sam-deploy recover --retain LOGICAL_ID` lets it stay and deletes the rest"),
    ),
    AwsCode(
        "REVIEW_IN_PROGRESS",
        "CloudFormation",
        "the stack has a change set that was never carried out, and nothing else",
        ("a deployment ended between showing the change and making it",),
        ("`sam-deploy deploy` goes on with it", RECOVER),
    ),
    AwsCode(
        "UPDATE_IN_PROGRESS",
        "CloudFormation",
        "somebody, or something, changes the stack now",
        ("another deployment, in CI or by a colleague", "a deployment whose terminal was closed"),
        (
            "`sam-deploy deploy --wait` waits until it has ended",
            "`sam-deploy unlock` tells who holds the lock of the app",
        ),
        (
            *("CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS"),
            *("UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
        ),
    ),
    AwsCode(
        "InsufficientCapabilities",
        "CloudFormation",
        "the template makes roles or has macros, and nobody has agreed to that",
        ("a SAM template of your own is deployed without `--capabilities`",),
        (
            "`sam-deploy deploy --capabilities CAPABILITY_NAMED_IAM`, or in samconfig.toml",
            "a `deploy.py` needs no such word: sam-deploy says it",
        ),
        ("InsufficientCapabilitiesException",),
    ),
    AwsCode(
        "AlreadyExists",
        "CloudFormation",
        "a name is taken, by something that is not of this stack",
        (
            "another stack or a person made it; names of buckets are shared by the whole world",
            "it stayed when an earlier stack was deleted (buckets, tables and pools do)",
        ),
        (
            "`existing=True` uses what is there and never changes it",
            "choose another name in `deploy.py`, or delete it when nobody needs it",
        ),
        (
            *("AlreadyExistsException", "EntityAlreadyExists", "BucketAlreadyExists"),
            *("BucketAlreadyOwnedByYou", "ResourceAlreadyExistsException"),
        ),
    ),
    AwsCode(
        "NotStabilized",
        "CloudFormation",
        "a resource was made and did not become ready in time",
        (
            "a certificate waits for its DNS record",
            "a distribution or a table takes longer than CloudFormation waits",
        ),
        (
            "`sam-deploy deploy` again: it shows which DNS records are missing",
            CAUSE,
        ),
    ),
)
