"""User pools, their clients and resource servers.

Cognito lets no attribute be changed once its pool is there, and the provider compares what is
written with all that Cognito answers; so each `schema` says what Cognito will answer, to the last
limit, or a second apply fails. Source: terraform-provider-aws, `flattenSchemaAttributeTypes` and
issues 21654, 37687, 38224.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.config.checks.identity import STANDARD_ATTRIBUTES
from sam_deploy.export.source import Node, flat, items
from sam_deploy.export.terraform.families.family import Custom, Family
from sam_deploy.export.terraform.reading import Reading, Rule, snake
from sam_deploy.export.terraform.rules import nest, nothing, tags, to
from sam_deploy.export.terraform.values import Argument, Code, Nested

_PASSWORD: Final[Mapping[str, Rule]] = {
    "MinimumLength": to("minimum_length"),
    "RequireLowercase": to("require_lowercase"),
    "RequireUppercase": to("require_uppercase"),
    "RequireNumbers": to("require_numbers"),
    "RequireSymbols": to("require_symbols"),
    "TemporaryPasswordValidityDays": to("temporary_password_validity_days"),
}
_ATTRIBUTE: Final[Mapping[str, Rule]] = {
    "Name": to("name"),
    "AttributeDataType": to("attribute_data_type"),
    "Required": to("required"),
    "Mutable": to("mutable"),
    "DeveloperOnlyAttribute": to("developer_only_attribute"),
    "StringAttributeConstraints": nest(
        "string_attribute_constraints",
        {"MinLength": to("min_length"), "MaxLength": to("max_length")},
    ),
    "NumberAttributeConstraints": nest(
        "number_attribute_constraints", {"MinValue": to("min_value"), "MaxValue": to("max_value")}
    ),
}
_LENGTHS: Final[Mapping[str, tuple[str, str]]] = {"birthdate": ("10", "10")}
_ANY_LENGTH: Final = ("0", "2048")
"""Cognito's own limits, which it answers for a standard attribute. For `custom:` ones it answers
what was written; nothing at all is what the provider cannot add another attribute to (37687)."""
_TRIGGERS: Final = (
    "PreSignUp",
    "PostConfirmation",
    "PreAuthentication",
    "PostAuthentication",
    "PreTokenGeneration",
    "CustomMessage",
    "UserMigration",
    "DefineAuthChallenge",
    "CreateAuthChallenge",
    "VerifyAuthChallengeResponse",
)


def _schema(reading: Reading, node: Node, path: str) -> Iterator[Nested]:
    """Make a block of each attribute that is not in every pool just so.

    The provider takes a standard attribute that is as Cognito has it for one that is not there,
    and its second plan adds it: `phone_number is a standard attribute and cannot be added`.
    """
    for each in items(node):
        attribute = each if isinstance(each, Mapping) else {}
        name = flat(attribute.get("Name"))
        as_ever = attribute.get("Mutable") is True and attribute.get("Required") is False
        if name in STANDARD_ATTRIBUTES and as_ever:
            continue
        body = reading.body(each, _ATTRIBUTE, path)
        text = attribute.get("AttributeDataType") == "String"
        if text and "StringAttributeConstraints" not in attribute:
            body = (*body, _lengths(name))
        yield Nested("schema", body)


def _lengths(name: str) -> Nested:
    least, most = _LENGTHS.get(name, _ANY_LENGTH)
    return Nested(
        "string_attribute_constraints",
        (Argument("min_length", least), Argument("max_length", most)),
    )


def _mfa(reading: Reading, node: Node, path: str) -> Iterator[Nested]:
    """The provider switches TOTP on by a block of its own."""
    if "SOFTWARE_TOKEN_MFA" in flat(node):
        yield Nested("software_token_mfa_configuration", (Argument("enabled", True),))
    if set(flat(node).split()) - {"SOFTWARE_TOKEN_MFA"}:
        reading.note(path, f"`{flat(node)}` is not covered")


_POOL: Final[Mapping[str, Rule]] = {
    "UserPoolName": to("name"),
    "UserPoolTier": to("user_pool_tier"),
    "UsernameAttributes": to("username_attributes"),
    "AliasAttributes": to("alias_attributes"),
    "AutoVerifiedAttributes": to("auto_verified_attributes"),
    "MfaConfiguration": to("mfa_configuration"),
    "EnabledMfas": _mfa,
    "UsernameConfiguration": nest(
        "username_configuration", {"CaseSensitive": to("case_sensitive")}
    ),
    "Schema": _schema,
    "Policies": lambda reading, node, path: reading.body(
        node, {"PasswordPolicy": nest("password_policy", _PASSWORD)}, path
    ),
    "AccountRecoverySetting": nest(
        "account_recovery_setting",
        {
            "RecoveryMechanisms": nest(
                "recovery_mechanism", {"Name": to("name"), "Priority": to("priority")}
            )
        },
    ),
    "AdminCreateUserConfig": nest(
        "admin_create_user_config",
        {"AllowAdminCreateUserOnly": to("allow_admin_create_user_only")},
    ),
    "EmailConfiguration": nest(
        "email_configuration",
        {
            "EmailSendingAccount": to("email_sending_account"),
            "SourceArn": to("source_arn"),
            "From": to("from_email_address"),
            "ReplyToEmailAddress": to("reply_to_email_address"),
            "ConfigurationSet": to("configuration_set"),
        },
    ),
    "LambdaConfig": nest(
        "lambda_config",
        {
            **{name: to(snake(name)) for name in _TRIGGERS},
            "PreTokenGenerationConfig": nest(
                "pre_token_generation_config",
                {"LambdaArn": to("lambda_arn"), "LambdaVersion": to("lambda_version")},
            ),
        },
    ),
    "DeletionProtection": nothing,
    "UserPoolTags": tags,
}
_CLIENT: Final[Mapping[str, Rule]] = {
    "ClientName": to("name"),
    "UserPoolId": to("user_pool_id"),
    "GenerateSecret": to("generate_secret"),
    "SupportedIdentityProviders": to("supported_identity_providers"),
    "ExplicitAuthFlows": to("explicit_auth_flows"),
    "AccessTokenValidity": to("access_token_validity"),
    "IdTokenValidity": to("id_token_validity"),
    "RefreshTokenValidity": to("refresh_token_validity"),
    "TokenValidityUnits": nest(
        "token_validity_units",
        {
            "AccessToken": to("access_token"),
            "IdToken": to("id_token"),
            "RefreshToken": to("refresh_token"),
        },
    ),
    "PreventUserExistenceErrors": to("prevent_user_existence_errors"),
    "EnableTokenRevocation": to("enable_token_revocation"),
    "AllowedOAuthFlowsUserPoolClient": to("allowed_oauth_flows_user_pool_client"),
    "AllowedOAuthFlows": to("allowed_oauth_flows"),
    "AllowedOAuthScopes": to("allowed_oauth_scopes"),
    "CallbackURLs": to("callback_urls"),
    "LogoutURLs": to("logout_urls"),
    "ReadAttributes": to("read_attributes"),
    "WriteAttributes": to("write_attributes"),
}

FAMILIES: Final[Mapping[str, Family]] = {
    "AWS::Cognito::UserPool": Family(
        "aws_cognito_user_pool",
        _POOL,
        {"": "id", "Arn": "arn", "UserPoolId": "id", "ProviderName": "endpoint"},
        (Argument("deletion_protection", Code(('var.protect_data ? "ACTIVE" : "INACTIVE"',))),),
    ),
    "AWS::Cognito::UserPoolClient": Family(
        "aws_cognito_user_pool_client", _CLIENT, {"": "id", "ClientId": "id"}
    ),
    "AWS::Cognito::UserPoolGroup": Family(
        "aws_cognito_user_group",
        {
            "GroupName": to("name"),
            "UserPoolId": to("user_pool_id"),
            "Description": to("description"),
            "Precedence": to("precedence"),
            "RoleArn": to("role_arn"),
        },
        {"": "name"},
    ),
    "AWS::Cognito::UserPoolResourceServer": Family(
        "aws_cognito_resource_server",
        {
            "UserPoolId": to("user_pool_id"),
            "Identifier": to("identifier"),
            "Name": to("name"),
            "Scopes": nest(
                "scope",
                {"ScopeName": to("scope_name"), "ScopeDescription": to("scope_description")},
            ),
        },
        {"": "identifier"},
    ),
}
REFERENCES: Final[Mapping[str, Mapping[str, str]]] = {}
CUSTOM: Final[Mapping[str, Custom]] = {}
