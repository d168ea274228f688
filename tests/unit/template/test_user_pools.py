from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import App, Function, ResourceServer, UserPool, UserPoolClient, on_user_pool
from sam_deploy.errors import ConfigError

CLIENT = UserPoolClient(callback_path="/in", logout_path="/out")


def test_people_sign_in_by_a_verified_e_mail_and_a_long_password(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Required and optional attributes as declared; nobody is recovered by telephone."""
    pool = UserPool("People", optional_attributes=["phone_number"])
    properties = render_app(make_app(user_pools=[pool])).properties("PeopleUserPoolDev")
    assert ["email"] == properties["UsernameAttributes"] == properties["AutoVerifiedAttributes"]
    required = {each["Name"]: each["Required"] for each in properties["Schema"]}
    assert {"email": True, "name": True, "phone_number": False} == required
    assert 12 == properties["Policies"]["PasswordPolicy"]["MinimumLength"]
    assert "EmailConfiguration" not in properties
    assert "LambdaConfig" not in properties


def test_mails_come_from_the_domain_verified_in_the_stacks_region(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Systems 1.5: DEVELOPER mode with an SES identity of the sender's domain."""
    pool = UserPool("People", email_from="hello@example.com")
    mail = render_app(make_app(user_pools=[pool])).properties("PeopleUserPoolDev")
    identity = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/example.com"
    expected = {
        "EmailSendingAccount": "DEVELOPER",
        "SourceArn": {"Fn::Sub": identity},
        "From": "hello@example.com",
    }
    assert expected == mail["EmailConfiguration"]


def test_each_moment_calls_the_alias_of_the_pools_environment(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Token claims need the second version of the event, and so the Essentials tier."""
    functions = [
        Function("Claims", source="c", triggers=[on_user_pool("People", ["PreTokenGeneration"])]),
        Function("Guard", source="g", triggers=[on_user_pool("People", ["PreSignUp"])]),
    ]
    rendered = render_app(make_app(functions=functions, user_pools=[UserPool("People")]))
    properties = rendered.properties("PeopleUserPoolProd")
    expected = {
        "PreTokenGenerationConfig": {
            "LambdaArn": {"Ref": "ClaimsFunctionAliasProd"},
            "LambdaVersion": "V2_0",
        },
        "PreSignUp": {"Ref": "GuardFunctionAliasProd"},
    }
    assert expected == properties["LambdaConfig"]
    assert "ESSENTIALS" == properties["UserPoolTier"]
    permission = rendered.properties("GuardFunctionAliasProdPeopleUserPoolPermission")
    assert "cognito-idp.amazonaws.com" == permission["Principal"]
    assert {"Fn::GetAtt": ["PeopleUserPoolProd", "Arn"]} == permission["SourceArn"]


def test_without_token_claims_no_tier_is_chosen(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """A dearer tier only when something needs it."""
    functions = [Function("Guard", source="g", triggers=[on_user_pool("People", ["PreSignUp"])])]
    rendered = render_app(make_app(functions=functions, user_pools=[UserPool("People")]))
    assert "UserPoolTier" not in rendered.properties("PeopleUserPoolDev")


def test_one_function_for_several_moments_gets_one_permission(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """The permission is for the pool, not for the moment."""
    trigger = on_user_pool("People", ["PreSignUp", "PostConfirmation"])
    functions = [Function("Guard", source="g", triggers=[trigger])]
    rendered = render_app(make_app(functions=functions, user_pools=[UserPool("People")]))
    expected = [
        "GuardFunctionAliasDevPeopleUserPoolPermission",
        "GuardFunctionAliasProdPeopleUserPoolPermission",
    ]
    assert expected == list(rendered.of_type("AWS::Lambda::Permission"))


def test_the_web_client_knows_its_environments_pages(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """R101: OAuth code flow without a secret; it waits for the scopes it asks for."""
    pool = UserPool("People", clients=[CLIENT], resource_servers=[ResourceServer("shop", ["read"])])
    rendered = render_app(make_app(user_pools=[pool]))
    dev, prod = rendered.resources["PeopleDevClient"], rendered.properties("PeopleProdClient")
    assert ["PeopleUserPoolResourceServerShopDev"] == dev["DependsOn"]
    assert ["https://dev.example.com/in", "http://localhost:4200/in"] == dev["Properties"][
        "CallbackURLs"
    ]
    assert ["https://example.com/in"] == prod["CallbackURLs"]
    assert ["https://example.com/out"] == prod["LogoutURLs"]
    scopes = ["email", "openid", "phone", "profile", "shop/read"]
    assert scopes == prod["AllowedOAuthScopes"]
    assert (False, ["code"]) == (prod["GenerateSecret"], prod["AllowedOAuthFlows"])
    assert "ENABLED" == prod["PreventUserExistenceErrors"]


def test_a_client_without_any_page_is_refused(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Cognito needs at least one callback address."""
    app = make_app(domain=None, user_pools=[UserPool("People", clients=[CLIENT])])
    with pytest.raises(ConfigError) as raised:
        render_app(app)
    assert "The client of user pool `People` in prod has no web origin" == raised.value.what


def test_the_ids_of_a_pool_that_is_used_are_parameters(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """R104: per environment, of the pool and of each client; a variable would be a circle."""
    clients = [UserPoolClient(), UserPoolClient(name="admin")]
    functions = [
        Function(
            "Api",
            source="a",
            uses=["People.read"],
            triggers=[on_user_pool("People", ["PreSignUp"])],
        )
    ]
    app = make_app(functions=functions, user_pools=[UserPool("People", clients=clients)])
    rendered = render_app(app)
    parameters = rendered.of_type("AWS::SSM::Parameter")
    assert {
        "/shop/dev/PeopleUserPoolId": {"Ref": "PeopleUserPoolDev"},
        "/shop/dev/PeopleClientId": {"Ref": "PeopleDevClient"},
        "/shop/dev/PeopleAdminClientId": {"Ref": "PeopleAdminDevClient"},
        "/shop/prod/PeopleUserPoolId": {"Ref": "PeopleUserPoolProd"},
        "/shop/prod/PeopleClientId": {"Ref": "PeopleProdClient"},
        "/shop/prod/PeopleAdminClientId": {"Ref": "PeopleAdminProdClient"},
    } == {each["Properties"]["Name"]: each["Properties"]["Value"] for each in parameters.values()}
    assert {
        "Name": "/shop/prod/PeopleUserPoolId",
        "Type": "String",
        "Value": {"Ref": "PeopleUserPoolProd"},
        "Tags": {"Project": "Shop", "Environment": "prod"},
    } == rendered.properties("PeopleUserPoolIdProdSetting")
    origin = rendered.template.origins["PeopleUserPoolIdProdSetting"]
    assert ('user_pools["People"]', "prod") == (origin.path, origin.environment)


def test_a_pool_that_nobody_uses_keeps_its_ids_to_itself(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """A function that it calls is told the id by the event; ids of existing pools are known."""
    functions = [
        Function(
            "Guard", source="g", uses=["Old"], triggers=[on_user_pool("People", ["PreSignUp"])]
        )
    ]
    old = UserPool("Old", existing_ids={"dev": "eu-west-1_d", "prod": "eu-west-1_p"})
    rendered = render_app(make_app(functions=functions, user_pools=[UserPool("People"), old]))
    assert {} == rendered.of_type("AWS::SSM::Parameter")
