from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy import App, template
from sam_deploy.config import load
from sam_deploy.config.declare import changed
from sam_deploy.errors import ConfigError
from sam_deploy.export.source import Source, source_of
from sam_deploy.export.terraform import Archive, Environment, export
from sam_deploy.export.terraform.hcl import block, expression, quoted
from sam_deploy.export.terraform.values import Argument, Code, Items, Names, Nested, Text
from sam_deploy.plan import Request, make

GOLDEN = Path(__file__).parent / "terraform"
SHOP = Path(__file__).parents[2] / "e2e" / "terraform"
MONOREPO = Path(__file__).parents[2] / "golden" / "monorepo" / "config.py"
PLAIN = """
Resources:
  Orders: {Type: "AWS::SQS::Queue", Properties: {QueueName: orders-dev, Colour: green}}
  Room: {Type: "AWS::Chime::Room"}
"""


def files_of(app: App, size_bytes: int = 1) -> dict[str, str]:
    """The exported files of an app."""
    app = changed(app, topology="isolated")
    environments, archives = [], {}
    for each in app.environments:
        planned = make(app, Path(), Request(environment=each.name))
        keys = {unit.key: f"{'0' * 64}.zip" for unit in planned.builds}
        stacks = tuple(
            source_of(template.render(app, stack, keys), stack.feature_set, stack.regions)
            for stack in planned.stacks
        )
        environments.append(Environment(each.name, app.home_region, stacks))
        for unit in planned.builds:
            archives[unit.key] = Archive(unit.name, unit.kind, "0" * 64, "AAAA", size_bytes)
    return export(app.name, environments, archives)


@pytest.fixture(scope="module")
def shop() -> dict[str, str]:
    """A shop with a resource of every family, in two regions and two environments."""
    return files_of(load(SHOP))


COVERED = (
    "alchemiser",
    "function_only",
    "http_api",
    "http_api_tokens",
    "messages",
    "queue_trigger",
    "upload_trigger",
    "user_pool",
)


@pytest.fixture(scope="module")
def monorepo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The Lambda monorepo: its environments differ in alarms, logs and variables."""
    folder = tmp_path_factory.mktemp("mono")
    (folder / "deploy.py").write_bytes(MONOREPO.read_bytes())
    return files_of(load(folder))


def test_the_monorepo_is_exported_as_it_was_reviewed(monorepo: dict[str, str]) -> None:
    """Every file, compared whole; UPDATE_GOLDEN=1 writes them anew."""
    if os.environ.get("UPDATE_GOLDEN"):
        for path, text in monorepo.items():
            file = GOLDEN / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    expected = {
        str(file.relative_to(GOLDEN)): file.read_text(encoding="utf-8")
        for file in GOLDEN.rglob("*")
        if file.is_file()
    }
    assert expected == monorepo


def test_a_service_is_a_module_and_an_environment_a_root(shop: dict[str, str]) -> None:
    """Functions have modules of their own; what they share is grouped by what it is."""
    modules = {path.split("/")[1] for path in shop if path.startswith("modules/")}
    assert {
        "orders",
        "worker",
        "layers",
        "app-api",
        "app-identity",
        "app-messages",
        "app-storage",
        "app-watching",
    } == modules
    roots = {path.split("/")[1] for path in shop if path.startswith("environments/")}
    assert {"dev", "prod"} == roots


def test_each_region_has_a_provider_and_instances_of_its_own(shop: dict[str, str]) -> None:
    """The home region's provider has no alias; bucket names have the region elsewhere."""
    main = shop["environments/prod/main.tf"]
    assert 'alias  = "us_east_1"' in shop["environments/prod/providers.tf"]
    assert 'module "orders_eu_west_1" {' in main
    east = main.split('module "app_storage_us_east_1" {')[1].split("\n}\n")[0]
    assert "aws = aws.us_east_1" in east
    assert '"-us-east-1"' in east


@pytest.mark.parametrize("case", COVERED)
def test_what_is_covered_is_exported_the_same_each_time(case: str, tmp_path: Path) -> None:
    """Golden cases of many kinds: each is written, twice with the same bytes."""
    (tmp_path / "deploy.py").write_bytes((MONOREPO.parents[1] / case / "config.py").read_bytes())
    app = load(tmp_path)
    assert files_of(app) == files_of(app)


def test_feature_sets_have_shared_modules_of_their_own_and_common_layers() -> None:
    """Two stacks in overlapping regions: a layer is made once in each, and senders by region."""
    files = files_of(load(SHOP.parents[2] / "examples" / "dzgro"))
    main = files["environments/prod/main.tf"]
    for region in ("ap_south_1", "eu_west_1", "us_east_1", "us_west_2"):
        assert 1 == main.count(f'module "layers_{region}" {{')
    assert {"core-messages", "ams-messages"} <= {
        path.split("/")[1] for path in files if "/" in path
    }
    policy = files["modules/ams-messages/main.tf"]
    assert "eu-west-1 = [" in policy
    assert "}[data.aws_region.current.name]" in policy


def test_a_canary_can_be_of_one_region(shop: dict[str, str], monorepo: dict[str, str]) -> None:
    """Each region counts its versions for itself; where there is one, its name is not needed."""
    east = 'canary = try(var.canaries["Orders/us-east-1"], var.canaries["Orders"], null)'
    assert east in " ".join(shop["environments/prod/main.tf"].split())
    one = 'canary = lookup(var.canaries, "UserService", null)'
    assert one in " ".join(monorepo["environments/dev/main.tf"].split())


def test_each_region_takes_its_own_certificate(shop: dict[str, str], tmp_path: Path) -> None:
    """A domain takes none of another region: several regions have a map, one has a text."""
    variables = " ".join(shop["environments/prod/variables.tf"].split())
    assert 'variable "api_certificate_arn" {' in variables
    assert "by region: eu-west-1, us-east-1." in variables
    assert "type = map(string) default = {}" in variables
    main = " ".join(shop["environments/prod/main.tf"].split())
    for region in ("eu-west-1", "us-east-1"):
        assert f'api_certificate_arn = lookup(var.api_certificate_arn, "{region}", "")' in main
    tokens = MONOREPO.parents[1] / "http_api_tokens" / "config.py"
    (tmp_path / "deploy.py").write_bytes(tokens.read_bytes())
    one = " ".join(files_of(load(tmp_path))["environments/dev/main.tf"].split())
    assert "api_certificate_arn = var.api_certificate_arn" in one


def test_no_environment_is_named_in_a_module(monorepo: dict[str, str]) -> None:
    """What differs is a variable: a copy of the folder is another environment."""
    for path, text in monorepo.items():
        if path.startswith("modules/") and not path.endswith("variables.tf"):
            assert not {"dev", "staging", "production"} & set(text.replace('"', " ").split()), path
    variables = monorepo["modules/user-service/variables.tf"]
    assert "dev: 7, staging: 30, production: 90" in variables


def test_what_only_some_environments_have_is_made_where_it_is_named(
    monorepo: dict[str, str],
) -> None:
    """There are no alarms in dev, and all of them in production."""
    main = monorepo["modules/user-service/main.tf"]
    assert 'contains(var.enabled, "function_alias_latency_alarm") ? 1 : 0' in main
    calls = {
        name: monorepo[f"environments/{name}/main.tf"].split("\n}\n")[0]
        for name in ("dev", "production")
    }
    assert "function_alias_latency_alarm" in calls["production"]
    assert "enabled                                 = []" in calls["dev"]


def test_a_table_that_scales_is_not_set_back(monorepo: dict[str, str]) -> None:
    """Capacity that AWS has changed is no drift."""
    table = monorepo["modules/app-storage/main.tf"].split("resource ")[1]
    assert "ignore_changes = [read_capacity, write_capacity, global_secondary_index]" in table
    assert "deletion_protection_enabled = var.protect_data" in table


def test_a_pool_says_of_its_attributes_what_cognito_will_answer(shop: dict[str, str]) -> None:
    """Every attribute with its lengths; none that each pool has: else a second apply fails."""
    pool = shop["modules/app-identity/main.tf"].split('resource "aws_cognito_user_pool" ')[1]
    blocks = pool.split("  schema {\n")[1:]
    said = [" ".join(block.split("\n  }\n")[0].replace('"', "").split()) for block in blocks]
    text = "attribute_data_type = String required = {} mutable = true"
    lengths = "string_attribute_constraints {{ min_length = {} max_length = {} }}"
    assert [
        f"name = {name} {text.format(required)} {lengths.format(*limits)}"
        for name, required, limits in (
            ("email", "true", (0, 2048)),
            ("name", "true", (0, 2048)),
            ("birthdate", "true", (10, 10)),
            ("plan", "false", (0, 2048)),
        )
    ] == said


def test_all_that_has_no_counterpart_is_told_at_once(written: Callable[[str], Source]) -> None:
    """A property that is not known is no less of a reason than a whole type."""
    stack = written(PLAIN)
    with pytest.raises(ConfigError) as told:
        export(
            "shop", [Environment("dev", "eu-west-1", (replace(stack, regions=("eu-west-1",)),))], {}
        )
    assert (
        "Orders.Colour: not covered",
        "Room: AWS::Chime::Room is not covered",
    ) == told.value.problems


PUBLIC = """
from sam_deploy import App, Environment, FeatureSet, Function, FunctionUrl

app = App(
    name="shop",
    domain="example.com",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    functions=[
        Function("Page", source="Page", timeout_seconds=10, url=FunctionUrl(auth="NONE"),
                 waive={"function-url": "a page for everybody"}),
    ],
)
"""


def test_a_function_url_for_everybody_is_refused_with_the_way_out(tmp_path: Path) -> None:
    """The provider's 5.x cannot write the permission that Lambda wants; AWS_IAM needs none."""
    (tmp_path / "deploy.py").write_text(PUBLIC, encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        files_of(load(tmp_path))
    where = "PageFunctionAlias{}UrlInvokePermission.InvokedViaFunctionUrl"
    said = "of function URLs those with AWS_IAM alone are covered"
    assert [f"{where.format(each)}: {said}" for each in ("Dev", "Prod")] == list(
        told.value.problems
    )
    assert 'write `FunctionUrl(auth="AWS_IAM")`' in str(told.value.hint)
    (tmp_path / "deploy.py").write_text(PUBLIC.replace("NONE", "AWS_IAM"), encoding="utf-8")
    assert any("aws_lambda_function_url" in text for text in files_of(load(tmp_path)).values())


def test_an_archive_that_lambda_would_not_take_is_refused() -> None:
    """50 MB is what goes without a bucket."""
    with pytest.raises(ConfigError) as told:
        files_of(load(SHOP), size_bytes=80 * 2**20)
    assert "Orders: 80 MB are more than Lambda takes without a bucket" in told.value.problems


def test_a_block_is_written_as_terraform_fmt_writes_it() -> None:
    """One column of `=` in a run of lines; a value of several lines stands by itself."""
    body = (
        Argument("name", "a"),
        Argument("visibility", 1.5),
        Argument("tags", Names({"Project": "x", "a:b": Items(("1", "2"))})),
        Argument("ok", True),
        Nested("filter", ()),
        Nested("rule", (Argument("id", Text(("a-", Code(("var.x",))))),), Code(("[1]",))),
    )
    assert block('resource "x" "y"', body, str) == (
        'resource "x" "y" {\n'
        '  name       = "a"\n'
        "  visibility = 1.5\n"
        "  tags = {\n"
        '    Project = "x"\n'
        '    "a:b"   = ["1", "2"]\n'
        "  }\n"
        "  ok = true\n"
        "\n"
        "  filter {}\n"
        "\n"
        '  dynamic "rule" {\n'
        "    for_each = [1]\n"
        "\n"
        "    content {\n"
        '      id = "a-${var.x}"\n'
        "    }\n"
        "  }\n"
        "}\n"
    )


def test_a_literal_fills_nothing_in() -> None:
    """`${...}` of API Gateway and of IAM stays what it is."""
    assert '"$${stageVariables.Alias} \\"%%{if}\\""' == quoted('${stageVariables.Alias} "%{if}"')


def test_escapes_are_those_of_the_language() -> None:
    """JSON's backspace and form feed are written by number; a backslash before a b is not one."""
    assert r'"\u0008\u000c\\b\n"' == quoted("\b\f\\b\n")


@given(st.text())
def test_any_text_is_one_line_of_a_literal(text: str) -> None:
    """Whatever stands in a description, no line ends within the quotes."""
    assert 1 == len(expression(text, str).split("\n"))
