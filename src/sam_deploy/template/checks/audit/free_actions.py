"""Actions for which `Resource: "*"` is the only thing, or the usual thing, to say. Pure.

A contract test holds the first list to AWS's service authorization reference: each of these
takes no resource. AWS has hundreds more; this list has those that functions use.
"""

from __future__ import annotations

import re
from fnmatch import translate
from typing import Final

WITHOUT_RESOURCE: Final = (
    "application-autoscaling:DescribeScal*",
    "autoscaling:DescribeAutoScalingGroups",
    "bedrock:ListFoundationModels",
    "ce:GetReservation*",
    "ce:GetSavingsPlansUtilization*",
    "cloudformation:ListExports",
    "cloudwatch:DescribeAlarmsForMetric",
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
    "cloudwatch:ListMetrics",
    "cognito-idp:ListUserPools",
    "comprehend:BatchDetect*",
    "comprehend:Detect*Language",
    "comprehend:DetectKeyPhrases",
    "comprehend:DetectSentiment",
    "dynamodb:DescribeLimits",
    "dynamodb:ListGlobalTables",
    "dynamodb:ListStreams",
    "dynamodb:ListTables",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRegions",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ecr:GetAuthorizationToken",
    "elasticloadbalancing:DescribeTargetHealth",
    "events:ListRules",
    "iam:GetAccountSummary",
    "iam:ListAccountAliases",
    "kms:GenerateRandom",
    "kms:ListAliases",
    "kms:ListKeys",
    "lambda:GetAccountSettings",
    "lambda:ListFunctions",
    "lambda:ListLayers",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "polly:DescribeVoices",
    "pricing:GetProducts",
    "rekognition:CompareFaces",
    "rekognition:DetectFaces",
    "rekognition:DetectText",
    "rekognition:RecognizeCelebrities",
    "route53:ListHostedZones",
    "route53:ListHostedZonesByName",
    "s3:ListAllMyBuckets",
    "secretsmanager:GetRandomPassword",
    "secretsmanager:ListSecrets",
    "sns:CheckIfPhoneNumberIsOptedOut",
    "sns:ListTopics",
    "sqs:ListQueues",
    "ssm:DescribeParameters",
    "ssmmessages:*Channel",
    "states:ListStateMachines",
    "states:SendTaskFailure",
    "states:SendTaskHeartbeat",
    "states:SendTaskSuccess",
    "sts:GetCallerIdentity",
    "tag:GetResources",
    "tag:GetTagKeys",
    "textract:AnalyzeDocument",
    "textract:AnalyzeExpense",
    "textract:DetectDocumentText",
    "textract:GetDocumentAnalysis",
    "textract:GetDocumentTextDetection",
    "textract:StartDocument*",
    "translate:ListLanguages",
    "xray:GetSampling*",
    "xray:Put*",
)
"""These take no resource at all."""
BY_CUSTOM: Final = (
    # Lambda makes the interfaces of a function in a VPC under ids that nobody knows before.
    # Source: AWS managed policy AWSLambdaVPCAccessExecutionRole.
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
    # A function's own logs. Source: AWS managed policy AWSLambdaBasicExecutionRole.
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
)
"""These take one, which is not known when the template is written."""

_FREE: Final = re.compile(
    "|".join(translate(each.lower()) for each in (*WITHOUT_RESOURCE, *BY_CUSTOM))
)


def has_no_resource(action: str) -> bool:
    """Whether an action, or every action like a pattern in this list, is fine with `*`."""
    return _FREE.match(action.lower()) is not None
