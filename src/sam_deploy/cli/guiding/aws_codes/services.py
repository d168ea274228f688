"""What single services say: Lambda when it runs or takes code, SES, S3, KMS, API Gateway."""

from __future__ import annotations

from typing import Final

from sam_deploy.cli.guiding.aws_codes.model import AwsCode

SHIM: Final = (
    "`sam_deploy_runtime.shim` in the message is no module of yours: Lambda starts it, and it "
    "imports your handler; what stands behind the colon is about your code"
)

SERVICES: Final = (
    AwsCode(
        "Runtime.ImportModuleError",
        "Lambda",
        "the handler's module, or something that it imports, is not in the archive or its layers",
        (
            "a dependency is missing in the pyproject.toml or requirements.txt of the function",
            "a layer that has it is not attached to the function",
            "the file is excluded, or the handler names another one",
            "a package has machine code for another architecture or Python",
            SHIM,
        ),
        (
            "`sam-deploy inspect NAME` shows what is in the archive, and which package brought it",
            "`sam-deploy inspect --import-time NAME` imports the handler here",
            "`sam-deploy logs NAME --since 30m` shows the whole message",
        ),
        ("Runtime.HandlerNotFound", "Runtime.MalformedHandlerName"),
    ),
    AwsCode(
        "Runtime.UserCodeSyntaxError",
        "Lambda",
        "the handler's module, or one that it imports, is no code that this runtime can read",
        (
            "a slip in the file and line that the message names",
            "syntax of a newer Python or Node than the function's `runtime`",
            SHIM,
        ),
        (
            "correct the line, and run `sam-deploy deploy` again",
            "`sam-deploy inspect --import-time NAME` imports the handler here",
            "raise `runtime` in `deploy.py` where the code is right for a newer one",
        ),
    ),
    AwsCode(
        "Runtime.ExitError",
        "Lambda",
        "the function's process ended in the middle of a call",
        ("memory was used up", "the code called `exit`, or a native library crashed"),
        (
            "give it more `memory_mb` in `deploy.py`",
            "`sam-deploy logs NAME --since 30m` shows the memory that it used (`Max Memory Used`)",
        ),
        ("Runtime.OutOfMemory", "Extension.Crash"),
    ),
    AwsCode(
        "Sandbox.Timedout",
        "Lambda",
        "the call took longer than the function may",
        (
            "something that it calls does not answer, often for want of a way out of a VPC",
            "the first call of a new version: imports take long, memory is small",
        ),
        (
            "raise `timeout_seconds`, or `memory_mb` (it brings processor time as well)",
            "`sam-deploy inspect --import-time NAME` times the imports",
        ),
        ("Function.Timedout",),
    ),
    AwsCode(
        "ResourceConflictException",
        "Lambda",
        "the function is being changed at the moment",
        (
            "another deployment or a console writes to it",
            "its last update has not ended (`LastUpdateStatus: InProgress`)",
        ),
        ("wait a minute and run the same command again", "`sam-deploy unlock` tells who deploys"),
        ("ResourceInUseException", "OperationAborted", "ConflictException"),
    ),
    AwsCode(
        "CodeStorageExceeded",
        "Lambda",
        "the code of all functions and layers of the region is more than the account may keep",
        ("every version of every function is kept until it is deleted; 75 GB are common",),
        (
            "`sam-deploy layers prune --dry-run` shows old layer versions that nothing needs",
            "ask for more in Service Quotas (Lambda, Function and layer storage)",
        ),
        ("CodeStorageExceededException",),
    ),
    AwsCode(
        "RequestEntityTooLarge",
        "Lambda",
        "an archive is larger than Lambda takes: 250 MB unpacked, with all layers",
        ("large packages, test data or models in the source folder",),
        (
            "`sam-deploy inspect NAME` shows what takes the space; `--budget` holds it down",
            "`slim=[...]` and `exclude=[...]` in `deploy.py` leave things out",
        ),
        ("RequestTooLargeException",),
    ),
    AwsCode(
        "MessageRejected",
        "SES",
        "the mail was not taken, most often because an address is not verified",
        (
            "the account is in the sandbox of SES: recipients must be verified, too",
            "the sender is not verified in that region, or was verified in another one",
        ),
        (
            "`aws sesv2 create-email-identity --email-identity ADDRESS`, and follow its mail",
            "ask for production access in the SES console; it takes a day",
            "on the laptop `sam-deploy cloud mail` shows codes without SES",
        ),
        ("MailFromDomainNotVerifiedException", "EmailAddressNotVerifiedException"),
    ),
    AwsCode(
        "BucketRegionError",
        "S3",
        "the bucket is in another region than the one it was looked for in",
        ("the home region in `deploy.py` was changed, or a name is that of another app",),
        ("put `home_region` back, or give the app another name",),
        ("PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"),
    ),
    AwsCode(
        "PreconditionFailed",
        "S3",
        "somebody else wrote the same object in between; nothing was overwritten",
        ("two deployments or promotions of one app at the same time",),
        ("run the same command again", "`sam-deploy unlock` tells who holds the lock"),
        ("ConditionalRequestConflict", "PreconditionFailedException"),
    ),
    AwsCode(
        "KMSAccessDenied",
        "KMS",
        "a key does not let the role, or an AWS service, decrypt or encrypt",
        (
            "the key's policy does not name the function's role or the service",
            "the key is disabled, or about to be deleted",
        ),
        (
            "`sam-deploy explain key-policy` tells what queues and topics need",
            "add `kms:Decrypt` and `kms:GenerateDataKey*` to the key's policy for it",
        ),
        ("KMSAccessDeniedException", "KMSDisabledException", "DisabledException"),
    ),
    AwsCode(
        "BadRequestException",
        "API Gateway",
        "API Gateway does not take a setting; the message names it",
        (
            "a domain has no certificate in that region, or belongs to another API",
            "the account has no role for writing access logs in this region",
        ),
        (
            "correct it in `deploy.py`; `sam-deploy template` shows what is sent",
            "`sam-deploy deploy` looks for both before it begins, and says what to do",
        ),
    ),
    AwsCode(
        "CNAMEAlreadyExists",
        "CloudFront",
        "another distribution, maybe of another account, has this domain",
        ("the domain moved here from an older set-up that still stands",),
        ("take the domain out of the other distribution first",),
    ),
)
