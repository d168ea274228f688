"""A right configuration, made wrong at random: the loader must always have an answer."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sam_deploy.config import App, load
from sam_deploy.errors import ConfigError
from sam_deploy.plan import Plan, Request, make

RIGHT = """
from sam_deploy import *

app = App(
    name="shop",
    domain="example.com",
    home_region="eu-west-1",
    tags={"Team": "web"},
    environments=[
        Environment("dev", extra_origins=["http://localhost:4200"]),
        Environment("prod", promote_from="dev", domain_label=None),
    ],
    feature_sets=[
        FeatureSet("core", regions=["eu-west-1", "us-east-1"], title="Core"),
        FeatureSet("extra", regions=["us-east-1"]),
    ],
    promotion=Promotion(recipients=["me@example.com"], sender="us@example.com"),
    layers=[Layer("deps", requirements=["six"]), Layer("ours", source="layers/ours")],
    queues=[
        Queue(
            "Orders",
            senders=[SnsPublisher({"eu-west-1": ["123456789012"]})],
            readers=[AttributeReader("arn:aws:iam::123456789012:role/Reader")],
            waive={"visibility-timeout": "because"},
        ),
    ],
    buckets=[Bucket("shop-files", expire_days=3, cors=Cors(["GET"], max_age_seconds=60))],
    user_pools=[
        UserPool(
            "People",
            email_from="us@example.com",
            clients=[UserPoolClient(callback_path="/in", logout_path="/out")],
            resource_servers=[ResourceServer("shop", scopes=["read"])],
        )
    ],
    http_api=HttpApi(cors=Cors(["GET", "POST"], origins=["*"])),
    functions=[
        Function(
            "Api",
            source="functions/api",
            memory_mb=512,
            timeout_seconds=30,
            layers=["deps", "ours"],
            environment={"LEVEL": "info"},
            routes=[Route("ANY", "/api/{proxy+}")],
            triggers=[
                on_queue("Orders", batch_size=1),
                on_upload("shop-files", suffix=".csv"),
                on_user_pool("People", ["PreSignUp"]),
            ],
            uses=["Orders", "shop-files.read", "People"],
            settings=["SECRET"],
        ),
    ],
)
"""

JUNK = st.sampled_from(
    [
        *("None", "True", "-1", "0", "99999999", "1.5", "float('nan')", "b'x'", "...", "object()"),
        *(
            "''",
            "'x'",
            "'A B'",
            "'\\n'",
            "'\\ud800'",
            "'\\0'",
            "'eu-west-1'",
            "'dev'",
            "'Api'",
            "'.read'",
        ),
        *("[]", "[None]", "['x']", "[['x']]", "[1, 'x']", "()", "({},)", "{}", "{'a': 1}"),
        *("{1: 'a'}", "{'a': ['b']}", "{('a',): 'b'}", "{'x'}", "App", "Queue", "Queue()"),
        *("Queue('Orders')", "[Queue('Orders')]", "Function('Api')", "HttpApi()", "Cors(['GET'])"),
        *("on_queue(['Orders'])", "[on_queue()]", "[Route()]", "lambda: 1", "(i for i in 'a')"),
    ]
)
PLACE_AND_FIELD = re.compile(r"deploy\.py:[0-9]+: [A-Za-z_]+([\[.].*?)?: ", re.DOTALL)


class Mutation(ast.NodeTransformer):
    """Changes the `number`-th constructor call of a file in one of four ways."""

    def __init__(self, number: int, way: str, which: int, junk: str) -> None:
        self.left, self.way, self.which = number, way, which
        self.junk = ast.parse(junk, mode="eval").body

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """Change this call, or look for the one to change inside it."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if not name[:1].isupper() and not name.startswith("on_"):
            return node
        self.left -= 1
        if self.left != -1:
            self.generic_visit(node)
            return node
        if self.way == "add":
            node.args.append(self.junk)
            return node
        given: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
        if not given:
            return node
        chosen = given[self.which % len(given)]
        if self.way == "drop":
            node.args = [each for each in node.args if each is not chosen]
            node.keywords = [each for each in node.keywords if each is not chosen]
        elif isinstance(chosen, ast.keyword):
            if self.way == "rename":
                chosen.arg = f"{chosen.arg}s"
            else:
                chosen.value = self.junk
        else:
            node.args = [self.junk if each is chosen else each for each in node.args]
        return node


MUTATIONS = st.lists(
    st.builds(
        Mutation,
        st.integers(0, 26),
        st.sampled_from(["replace", "replace", "replace", "drop", "rename", "add"]),
        st.integers(0, 12),
        JUNK,
    ),
    min_size=1,
    max_size=3,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutated")


def test_the_configuration_is_right_before_it_is_changed(folder: Path) -> None:
    """So that every problem below comes from a change."""
    (folder / "deploy.py").write_text(RIGHT, encoding="utf-8")
    assert isinstance(load(folder), App)


@pytest.mark.parametrize("name", ["a\\0b", "\\ud800"])
@pytest.mark.parametrize("argument", ["source", "requirements_file"])
def test_text_that_can_never_be_a_path_is_a_mistake(folder: Path, argument: str, name: str) -> None:
    """No file system takes a null byte or half a character; the planner must not meet them."""
    text = RIGHT.replace('"Api",\n', f'"Api",\n            {argument}="{name}",\n')
    if argument == "source":
        text = text.replace('            source="functions/api",\n', "")
    (folder / "deploy.py").write_text(text, encoding="utf-8")
    answer = _answer(folder)
    assert isinstance(answer, ConfigError)
    assert [argument] == [each.split(": ")[1].rpartition(".")[2] for each in answer.problems]


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(mutations=MUTATIONS)
def test_a_changed_configuration_is_loaded_or_its_mistakes_are_named(
    folder: Path, mutations: list[Mutation]
) -> None:
    """Whatever is written there: an app that can be planned, or problems that name a field."""
    tree: ast.AST = ast.parse(RIGHT)
    for mutation in mutations:
        tree = mutation.visit(tree)
    text = ast.unparse(ast.fix_missing_locations(tree))
    (folder / "deploy.py").write_text(text, encoding="utf-8", errors="backslashreplace")
    answer = _answer(folder)
    if isinstance(answer, ConfigError):
        assert answer.problems
        assert [] == [each for each in answer.problems if not _names_a_place(answer, each)]
    else:
        assert isinstance(answer, Plan)


def _answer(folder: Path) -> Plan | ConfigError:
    try:
        return make(load(folder), folder, Request())
    except ConfigError as error:
        return error


def _names_a_place(error: ConfigError, problem: str) -> bool:
    collision = error.what == "Two resources would have the same name"
    return collision or PLACE_AND_FIELD.match(problem) is not None
