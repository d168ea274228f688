"""What CloudFormation of the emulator refuses, as of ministack 1.5.33.

One unknown type makes it refuse the whole stack. `deploy` leaves these out on the embedded target
and says so. An end-to-end test fails on the day it knows one of them.
"""

from __future__ import annotations

from typing import Final

UNSUPPORTED: Final = frozenset(
    {
        "AWS::ApplicationAutoScaling::*",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CodeDeploy::*",
        "AWS::Cognito::UserPoolUser",
        "AWS::Events::Archive",
        "AWS::IAM::Group",
        "AWS::Route53::HealthCheck",
        "AWS::Route53::RecordSetGroup",
        "AWS::SES::Template",
        "AWS::SSM::Document",
        "AWS::WAFv2::WebACLAssociation",
        "AWS::XRay::Group",
    }
)
"""Types of resources; `*` stands for every type of a service."""
