"""User pools of the app under test: their ids, which AWS makes up, and people who have signed in.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sam_deploy import naming
from sam_deploy.aws import Aws, CloudFormation
from sam_deploy.cli.cloud import addressed
from sam_deploy.config import physical
from sam_deploy.config.model import App, UserPool
from sam_deploy.config.tree import feature_set_of
from sam_deploy.errors import RefusedError
from sam_deploy.watching.sources import check_named

if TYPE_CHECKING:
    from sam_deploy.testing.app import DeployedApp

PASSWORD: Final = "Passw0rd!-for-tests"  # noqa: S105 - of people whom no cloud outlives
"""What the strictest policy that a pool has by default lets through."""
FLOW: Final = "USER_PASSWORD_AUTH"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has signed in at a pool, with the tokens that Cognito has given."""

    email: str
    password: str
    id_token: str
    access_token: str
    refresh_token: str

    @property
    def headers(self) -> dict[str, str]:
        """Return what a request to the app's API carries: the ID token, as `Authorization`."""
        return {"Authorization": f"Bearer {self.id_token}"}

    @property
    def claims(self) -> dict[str, Any]:
        """Return what the ID token says of them: `sub`, `email`, `cognito:groups`, ..."""
        part = self.id_token.split(".")[1]
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return found


@dataclass(frozen=True, slots=True)
class PoolPlace:
    """A pool of the app in one environment and region of a cloud."""

    app: App
    aws: Aws
    pool: UserPool
    environment: str
    region: str

    def pool_id(self) -> str:
        """Return the pool's id. Raises `RefusedError` where it is not deployed."""
        if self.pool.existing_ids:
            return self._existing(self.pool.existing_ids)
        return self._output(naming.user_pool_name(self.pool.name, self.environment))

    def client_id(self, client: str = "") -> str:
        """Return the id of a client: the one of that name, else the one without a name.

        Raises `ConfigError` when the pool declares no such client.
        """
        if self.pool.existing_ids:
            return self._existing(self.pool.existing_client_ids)
        names = [each.name or "" for each in self.pool.clients]
        check_named("client", [client], names)
        return self._output(naming.user_pool_client_name(self.pool.name, self.environment, client))

    def _existing(self, ids: Mapping[str, str]) -> str:
        if self.environment in ids:
            return ids[self.environment]
        raise self._absent("`deploy.py` names no id for it")

    def _output(self, logical_id: str) -> str:
        """Return the output of the stack that made it. Source: DescribeStacks."""
        wanted = feature_set_of(self.app, self.pool)
        feature_set = next(each for each in self.app.feature_sets if each.name == wanted)
        own = physical.owner(self.app, self.environment)
        stack = physical.stack_name(self.app, feature_set, own)
        found = CloudFormation(self.aws, self.region).describe_stack(stack)
        if found is None or f"{logical_id}Id" not in found.outputs:
            raise self._absent(f"the stack `{stack}` has no such output there")
        return found.outputs[f"{logical_id}Id"]

    def _absent(self, why: str) -> RefusedError:
        return RefusedError(
            f"The pool `{self.pool.name}` of `{self.environment}` is not in `{self.region}`",
            why=why,
            hint="name a region of its feature set, or an environment that has it",
        )


def place_of(app: App, aws: Aws, pool: UserPool, environment: str, region: str) -> PoolPlace:
    """Return a pool's place: the region that is named, else home if it is there, else its first."""
    regions = addressed.regions_of(app, pool)
    usual = app.home_region if app.home_region in regions else regions[0]
    return PoolPlace(app, aws, pool, environment, region or usual)


def signed_in(
    tested: DeployedApp,
    place: PoolPlace,
    email: str,
    password: str,
    client: str,
    attributes: Mapping[str, str],
) -> SignedIn:
    """Return somebody who has signed in; made by an administrator when the pool has no such user.

    So no mail is sent, and no code is asked for. Sources: AdminCreateUser, AdminSetUserPassword,
    InitiateAuth. Raises `RefusedError` when Cognito asks for more than the password.
    """
    cognito = tested.client("cognito-idp", place.region)
    known = {"email": email, "email_verified": "true", "name": email.partition("@")[0]}
    _keep(cognito, place.pool_id(), email, known, attributes)
    cognito.admin_set_user_password(
        UserPoolId=place.pool_id(), Username=email, Password=password, Permanent=True
    )
    answer = cognito.initiate_auth(
        ClientId=place.client_id(client),
        AuthFlow=FLOW,
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )
    tokens = answer.get("AuthenticationResult")
    if not tokens:
        raise RefusedError(
            f"`{email}` is not signed in at the pool `{place.pool.name}`",
            why=f"Cognito asks for more than the password: {answer.get('ChallengeName')}",
            hint='answer it with `client("cognito-idp").respond_to_auth_challenge(...)`',
        )
    return SignedIn(
        email, password, tokens["IdToken"], tokens["AccessToken"], tokens["RefreshToken"]
    )


def _keep(
    cognito: Any,  # noqa: ANN401 - boto3 has no types
    pool_id: str,
    email: str,
    known: Mapping[str, str],
    given: Mapping[str, str],
) -> None:
    """The user is there, with the attributes that were given."""

    def listed(values: Mapping[str, str]) -> list[dict[str, str]]:
        return [{"Name": name, "Value": value} for name, value in values.items()]

    user = {"UserPoolId": pool_id, "Username": email}
    try:
        attributes = listed({**known, **given})
        cognito.admin_create_user(**user, MessageAction="SUPPRESS", UserAttributes=attributes)
    except cognito.exceptions.UsernameExistsException:
        if given:
            cognito.admin_update_user_attributes(**user, UserAttributes=listed(given))
