"""Lambda: layers, function versions and aliases. Source of every call: Lambda API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy.aws.alias_values import Alias, AliasWrite, alias_of
from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.function_states import FunctionState, state_of
from sam_deploy.aws.session import Aws

NOT_PROVISIONED: Final = "ProvisionedConcurrencyConfigNotFoundException"
NOT_FOUND: Final = "ResourceNotFoundException"
CONFLICT: Final = "ResourceConflictException"
PRECONDITION: Final = "PreconditionFailedException"


@dataclass(frozen=True, slots=True)
class LayerVersion:
    """A published layer version; its description carries the hash of its content."""

    arn: str
    version: int
    description: str


class Functions:
    """Lambda in one region."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._aws = aws
        self._client = aws.client("lambda", region)

    def find_layer(
        self, name: str, description: str, *, runtime: str = "", architecture: str = ""
    ) -> LayerVersion | None:
        """Return the newest version of a layer with this description (ListLayerVersions).

        With a runtime or an architecture: the newest that is declared to be compatible with it.
        """
        wanted = {"CompatibleRuntime": runtime, "CompatibleArchitecture": architecture}
        arguments = {key: value for key, value in wanted.items() if value}
        marker: dict[str, str] = {}
        while True:
            with calling("lambda:ListLayerVersions", self.region):
                answer = self._client.list_layer_versions(LayerName=name, **arguments, **marker)
            for each in answer.get("LayerVersions", []):
                if each.get("Description") == description:
                    return LayerVersion(each["LayerVersionArn"], each["Version"], description)
            if not answer.get("NextMarker"):
                return None
            marker = {"Marker": answer["NextMarker"]}

    def publish_layer(
        self,
        name: str,
        description: str,
        bucket: str,
        key: str,
        *,
        runtimes: Sequence[str],
        architectures: Sequence[str],
    ) -> LayerVersion:
        """Publish a layer version from the artifact bucket (PublishLayerVersion), in one try.

        Not idempotent on AWS: a repetition makes a second version. So the SDK may not repeat it;
        look with `find_layer` first, also after a lost answer.
        """
        once = self._aws.client("lambda", self.region, retries=False)
        with calling("lambda:PublishLayerVersion", self.region):
            answer = once.publish_layer_version(
                LayerName=name,
                Description=description,
                Content={"S3Bucket": bucket, "S3Key": key},
                CompatibleRuntimes=list(runtimes),
                CompatibleArchitectures=list(architectures),
            )
        return LayerVersion(answer["LayerVersionArn"], answer["Version"], description)

    def state(self, function: str, qualifier: str = "") -> FunctionState | None:
        """Return a function's or version's state; nothing when it does not exist.

        Source: GetFunctionConfiguration.
        """
        arguments = {"Qualifier": qualifier} if qualifier else {}
        try:
            with calling("lambda:GetFunctionConfiguration", self.region):
                answer = self._client.get_function_configuration(FunctionName=function, **arguments)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        return state_of(answer)

    def update_code(
        self, function: str, bucket: str, key: str, revision_id: str = ""
    ) -> FunctionState:
        """$LATEST holds an archive of a bucket of its region (UpdateFunctionCode).

        With a revision, only while nobody else has changed the function since.
        """
        fence = {"RevisionId": revision_id} if revision_id else {}
        with calling("lambda:UpdateFunctionCode", self.region):
            answer = self._client.update_function_code(
                FunctionName=function, S3Bucket=bucket, S3Key=key, **fence
            )
        return state_of(answer)

    def log_group(self, function: str) -> str:
        """Return where a function writes its log; '' when it does not exist.

        Source: GetFunctionConfiguration, `LoggingConfig`.
        """
        try:
            with calling("lambda:GetFunctionConfiguration", self.region):
                answer = self._client.get_function_configuration(FunctionName=function)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return ""
            raise
        usual = f"/aws/lambda/{answer['FunctionName']}"
        return str((answer.get("LoggingConfig") or {}).get("LogGroup") or usual)

    def publish_version(
        self, function: str, code_sha256: str, revision_id: str, *, description: str = ""
    ) -> FunctionState:
        """Publish what $LATEST holds; returns the existing version when nothing changed.

        The hash and the revision make Lambda refuse when $LATEST is not what was deployed. Without
        a description the version has that of the function. Source: PublishVersion.
        """
        words = {"Description": description} if description else {}
        with calling("lambda:PublishVersion", self.region):
            answer = self._client.publish_version(
                FunctionName=function, CodeSha256=code_sha256, RevisionId=revision_id, **words
            )
        return state_of(answer)

    def delete_version(self, function: str, version: str) -> None:
        """A version is gone (DeleteFunction, `Qualifier`).

        Raises `AwsCallError` with code ResourceConflictException while an alias points at it.
        """
        if not version.isdigit():
            # without a qualifier the whole function would be gone
            raise ValueError(version)
        with calling("lambda:DeleteFunction", self.region):
            self._client.delete_function(FunctionName=function, Qualifier=version)

    def alias(self, function: str, name: str) -> Alias | None:
        """Return an alias; nothing when it does not exist. Source: GetAlias."""
        try:
            with calling("lambda:GetAlias", self.region):
                answer = self._client.get_alias(FunctionName=function, Name=name)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        return alias_of(answer)

    def aliases(self, function: str) -> tuple[Alias, ...]:
        """Return all aliases of a function; empty when it does not exist (ListAliases)."""
        found: list[Alias] = []
        marker: dict[str, str] = {}
        while True:
            try:
                with calling("lambda:ListAliases", self.region):
                    answer = self._client.list_aliases(FunctionName=function, **marker)
            except AwsCallError as error:
                if error.code == NOT_FOUND:
                    return ()
                raise
            found += [alias_of(each) for each in answer.get("Aliases", [])]
            if not answer.get("NextMarker"):
                return tuple(found)
            marker = {"Marker": answer["NextMarker"]}

    def update_alias(
        self,
        function: str,
        name: str,
        version: str,
        *,
        revision_id: str,
        description: str,
        weights: Sequence[tuple[str, float]] = (),
        once: bool = False,
    ) -> Alias:
        """Move an alias, with just these weights: none when not given (UpdateAlias).

        Without an explicitly empty RoutingConfig Lambda keeps the weights of an old canary.
        Raises `AwsCallError` with code PreconditionFailedException when it was moved meanwhile.
        `once`: the SDK does not repeat the call; whoever makes it does, and reads back before.
        Where aliases are written by somebody else (`Aws.with_aliases_by`), that one is asked.
        """
        if self._aws.aliases_by is not None:
            asked = AliasWrite(
                self.region, function, name, version, revision_id, description, tuple(weights)
            )
            written = self._aws.aliases_by(asked)
            if written is not None:
                return written
        client = self._aws.client("lambda", self.region, retries=not once)
        with calling("lambda:UpdateAlias", self.region):
            answer = client.update_alias(
                FunctionName=function,
                Name=name,
                FunctionVersion=version,
                RevisionId=revision_id,
                Description=description,
                RoutingConfig={"AdditionalVersionWeights": dict(weights)},
            )
        return alias_of(answer)

    def provisioned(self, function: str, alias: str) -> int:
        """Return how many warm processes an alias asks for (GetProvisionedConcurrencyConfig)."""
        try:
            with calling("lambda:GetProvisionedConcurrencyConfig", self.region):
                answer = self._client.get_provisioned_concurrency_config(
                    FunctionName=function, Qualifier=alias
                )
        except AwsCallError as error:
            if error.code in {NOT_FOUND, NOT_PROVISIONED}:
                return 0
            raise
        return int(answer["RequestedProvisionedConcurrentExecutions"])

    def provision(self, function: str, alias: str, count: int) -> None:
        """Ask for so many warm processes of an alias; none for 0.

        Source: PutProvisionedConcurrencyConfig, DeleteProvisionedConcurrencyConfig.
        """
        which = {"FunctionName": function, "Qualifier": alias}
        if not count:
            with calling("lambda:DeleteProvisionedConcurrencyConfig", self.region):
                self._client.delete_provisioned_concurrency_config(**which)
            return
        with calling("lambda:PutProvisionedConcurrencyConfig", self.region):
            self._client.put_provisioned_concurrency_config(
                **which, ProvisionedConcurrentExecutions=count
            )
