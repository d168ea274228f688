"""ARNs as `Fn::Sub` text, made of names alone. Pure.

Names are known before anything exists, so a policy can name a bucket whose trigger depends on
the function that the policy is for: with `Fn::GetAtt` the three would form a circle.
"""

from __future__ import annotations

from sam_deploy import naming
from sam_deploy.template.document import Json, sub

REGIONAL = "${AWS::Region}:${AWS::AccountId}"


def bucket_name_text(bucket: str, environment: str) -> str:
    """Return the text of a bucket's name, which carries the region outside the home region."""
    return f"{naming.bucket_name(bucket, environment)}${{RegionSuffix}}"


def queue_arn(queue: str, environment: str) -> Json:
    """Return the ARN of a queue in the stack's region and account."""
    return sub(f"arn:${{AWS::Partition}}:sqs:{REGIONAL}:{naming.queue_name(queue, environment)}")


def bucket_arn(bucket: str, environment: str) -> Json:
    """Return the ARN of a bucket."""
    return sub(f"arn:${{AWS::Partition}}:s3:::{bucket_name_text(bucket, environment)}")


def objects_arn(bucket: str, environment: str) -> Json:
    """Return the ARN of all objects in a bucket."""
    return sub(f"arn:${{AWS::Partition}}:s3:::{bucket_name_text(bucket, environment)}/*")


def setting_arn(app: str, environment: str, setting: str) -> Json:
    """Return the ARN of a parameter in Parameter Store."""
    name = naming.setting_name(app, environment, setting)
    return sub(f"arn:${{AWS::Partition}}:ssm:{REGIONAL}:parameter{name}")


def identity_arn(domain: str) -> Json:
    """Return the ARN of a domain that SES may send from, in the stack's region."""
    return sub(f"arn:${{AWS::Partition}}:ses:{REGIONAL}:identity/{domain}")
