"""Codes of calls to any service: credentials, permissions, clocks, quotas, too many calls."""

from __future__ import annotations

from typing import Final

from sam_deploy.cli.guiding.aws_codes.model import AwsCode

DOCTOR: Final = "`sam-deploy doctor --target aws` looks at credentials, account, regions and clock"

CALLS: Final = (
    AwsCode(
        "AccessDenied",
        "every service",
        "the credentials are good, but no policy allows this call, or one forbids it",
        (
            "the role or user lacks the action that the message names, on the resource it names",
            "the message says `explicit deny`: a policy forbids it, whatever else allows it",
            "a service control policy, a permissions boundary or the policy of a session limits it",
            "the policy of the resource (bucket, key, queue) does not know the role",
            "AWS_PROFILE is that of another role or account than you think",
        ),
        (
            DOCTOR,
            "add the action, on that resource, to a policy of the role; the message names both",
            "`sam-deploy broker policy pipeline` writes a policy for CI, where there is a broker",
            "for an organization's policies ask whoever keeps them: the role cannot mend that",
        ),
        ("AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"),
    ),
    AwsCode(
        "ExpiredToken",
        "every service",
        "the credentials were good, and their time is over",
        (
            "the session of SSO or of an assumed role has ended; an hour is common",
            "AWS_SESSION_TOKEN in the shell is an old one, and wins over the profile",
        ),
        (
            "`aws sso login`, or whatever gives you credentials",
            "`unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN` where they are old",
            "`sam-deploy resume` goes on with what was under way; CloudFormation did not wait",
        ),
        ("ExpiredTokenException", "TokenRefreshRequired"),
    ),
    AwsCode(
        "InvalidClientTokenId",
        "every service",
        "AWS does not know the access key, or not in this region",
        (
            "the key was deleted or switched off, or was copied wrongly",
            "the region is not enabled for the account: it refuses good credentials like this",
            "temporary keys without their AWS_SESSION_TOKEN",
        ),
        (
            DOCTOR,
            "`aws account list-regions` shows which regions are enabled",
            "make a new key, or log in again",
        ),
        (
            "UnrecognizedClientException",
            "InvalidAccessKeyId",
            "AuthFailure",
            "InvalidToken",
        ),
    ),
    AwsCode(
        "SignatureDoesNotMatch",
        "every service",
        "what was signed is not what arrived: a wrong secret key, or a clock that is off",
        (
            "the secret key does not belong to the access key, or has a space at its end",
            "the message says `Signature expired`: the clock of this computer is behind",
            "a proxy changes requests on their way",
        ),
        (DOCTOR, "set the keys anew", "set the clock: `sudo timedatectl set-ntp true`"),
        ("InvalidSignatureException", "IncompleteSignature"),
    ),
    AwsCode(
        "RequestTimeTooSkewed",
        "every service",
        "the clock of this computer is more than five minutes off, so no signature is taken",
        (
            "WSL or a virtual machine was asleep, and its clock stood still",
            "the clock is not kept by a time server",
        ),
        (
            "`sudo timedatectl set-ntp true`; in WSL `sudo hwclock -s`, or `wsl --shutdown`",
            "`sam-deploy doctor --target aws` measures the difference",
        ),
        ("RequestExpired", "RequestInTheFuture"),
    ),
    AwsCode(
        "OptInRequired",
        "every service",
        "the account has not enabled this region, or not signed up for the service",
        (
            "regions that came after 2019 have to be enabled, one by one",
            "a new account is not active yet, or lacks a way of paying",
        ),
        (
            "`aws account enable-region --region-name REGION`; it takes some minutes, or hours",
            "take the region out of `deploy.py` until then",
        ),
        ("SubscriptionRequiredException", "RegionDisabledException"),
    ),
    AwsCode(
        "TooManyRequests",
        "every service",
        "calls come faster than the account may make them; sam-deploy has waited and asked again",
        (
            "several deployments, or other tools, call the same service in this region",
            "the concurrency of Lambda is used up (for calls of functions)",
        ),
        (
            "wait a minute and run the same command again: it does only what is left",
            "`sam-deploy deploy --sequential` takes one region after the other",
            "Service Quotas shows the rate, and takes requests for more",
        ),
        (
            *("TooManyRequestsException", "Throttling", "ThrottlingException", "SlowDown"),
            *("RequestLimitExceeded", "ThrottledException", "RequestThrottled"),
        ),
    ),
    AwsCode(
        "LimitExceeded",
        "every service",
        "a quota of the account is used up",
        (
            "too many stacks, roles, tables, alarms or policies in this region",
            "several changes of the same kind at once, where AWS does one at a time (DynamoDB)",
        ),
        (
            "Service Quotas names the quota and takes requests for more",
            "remove what nobody needs: `sam-deploy layers prune`, stacks of old tries",
            "`sam-deploy explain limit-resources`: limits of a template are told beforehand",
        ),
        ("LimitExceededException", "ServiceQuotaExceededException", "ServiceLimitExceeded"),
    ),
    AwsCode(
        "ServiceUnavailable",
        "every service",
        "AWS itself had a fault; whether the call was carried out is read back where it matters",
        ("a short disturbance, or an outage of that service in that region",),
        (
            "run the same command again; `sam-deploy resume` where a deployment was under way",
            "https://health.aws.amazon.com tells outages",
            "`sam-deploy rollback prod --without-region REGION` while a region is down",
        ),
        (
            *("InternalFailure", "InternalError", "InternalServerError", "ServiceException"),
            *("ServiceUnavailableException", "RequestTimeout"),
        ),
    ),
    AwsCode(
        "EndpointConnectionError",
        "the SDK",
        "no connection to AWS came about",
        (
            "no network, or a name server that does not answer",
            "a proxy is needed and not named in HTTPS_PROXY, or one is named that is gone",
            "the region does not exist, or has no such service",
        ),
        (
            "`sam-deploy doctor` looks at the network's variables; with `--target aws` it calls",
            "set HTTPS_PROXY, and NO_PROXY=127.0.0.1,localhost for the embedded cloud",
        ),
        ("ConnectTimeoutError", "ReadTimeoutError", "ProxyConnectionError", "SSLError"),
    ),
    AwsCode(
        "ValidationException",
        "every service",
        "a value in the call is not one that the service takes; the message names it",
        (
            "a name, size or number is outside of what AWS allows",
            "two settings exclude each other",
        ),
        ("correct it in `deploy.py`; `sam-deploy template --audit` looks before AWS does",),
        ("ValidationError", "InvalidParameterValueException", "InvalidParameterValue"),
    ),
    AwsCode(
        "ResourceNotFoundException",
        "every service",
        "what the call is about is not there",
        (
            "it was deleted by other means, or belongs to another account or region",
            "it is not deployed yet",
        ),
        ("`sam-deploy status` shows what is deployed", "`sam-deploy deploy` makes what is missing"),
        ("NoSuchBucket", "NoSuchKey", "NoSuchEntity", "NotFoundException"),
    ),
)
