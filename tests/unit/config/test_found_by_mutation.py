"""What the campaign `malformed` has found in the loader and its checks, one test for each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sam_deploy import (
    Bucket,
    Cors,
    Function,
    Index,
    Key,
    Queue,
    Subscription,
    Table,
    Topic,
    UserPool,
    on_queue,
    on_table,
    on_user_pool,
)
from sam_deploy.config import load
from sam_deploy.errors import ConfigError

Wrong = Callable[..., list[str]]
EMPTY = "from sam_deploy import App\n"


def refused(tmp_path: Path, text: str) -> ConfigError:
    (tmp_path / "deploy.py").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        load(tmp_path)
    return raised.value


def test_a_declaration_that_must_be_there_is_asked_for_by_name(wrong_values: Wrong) -> None:
    """`Key` stands alone in its annotation, not beside None."""
    table = Table("t", Key("id"), indexes=[Index("by-x", partition_key=None)])  # type: ignore[arg-type]
    (found,) = wrong_values(tables=[table])
    assert 'tables["t"].indexes["by-x"].partition_key: must be a `Key(...)`, not None' == found


def test_a_list_with_something_twice_is_refused(wrong_values: Wrong) -> None:
    """AWS refuses such lists as a whole: methods of CORS, filters of a queue."""
    bucket = Bucket("files", cors=Cors(["PUT", "PUT"], origins=["*"]))
    trigger = on_queue("Orders", filters=[{"body": {"a": ["b"]}}] * 2)
    assert [
        "functions[\"Api\"].triggers[0].filters: {'body': {'a': ('b',)}} is listed twice",
        "buckets[\"files\"].cors.methods: 'PUT' is listed twice",
    ] == wrong_values(
        buckets=[bucket], functions=[Function("Api", source="api", triggers=[trigger])]
    )


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_nothing_can_hold_is_refused(wrong_values: Wrong, text: str) -> None:
    """Neither a template nor a request; wherever it stands."""
    function = Function("Api", source="api", environment={"A": text}, statements=[{text: "x"}])
    assert [
        f"functions[\"Api\"].environment['A']: {text!r}",
        f'functions["Api"].statements[0]: {text!r}',
    ] == [each.partition(" has ")[0] for each in wrong_values(functions=[function])]


def test_what_is_no_name_has_no_owner(wrong_references: Wrong) -> None:
    """A list where a queue's name belongs is no name to look up; `validate` tells what it is."""
    topic = Topic("News", subscriptions=[Subscription("sqs", ["Orders"])])  # type: ignore[arg-type]
    found = wrong_references(topics=[topic], queues=[Queue("Orders", kms_key="alias/aws/sqs")])
    assert ['topics["News"].subscriptions[0].endpoint: '] == [
        each.partition("unknown")[0] for each in found
    ]


def test_a_trigger_among_pools_is_no_pool(wrong_references: Wrong) -> None:
    """Whatever stands in the list, nobody asks it for attributes."""
    assert [] == wrong_references(user_pools=[on_user_pool("People", ["PreSignUp"])])


def test_an_attribute_is_required_or_optional(wrong_references: Wrong) -> None:
    """Cognito takes a schema that names each once."""
    pool = UserPool("People", required_attributes=["email"], optional_attributes=["email"])
    assert [
        "user_pools[\"People\"].optional_attributes: 'email' is required already; leave it out here"
    ] == wrong_references(user_pools=[pool])


def test_a_table_calls_a_function_once(wrong_references: Wrong) -> None:
    """Two mappings of one stream and function would have one logical id."""
    table = Table("orders", Key("id"), stream="NEW_IMAGE")
    function = Function("Api", source="api", triggers=[on_table("orders"), on_table("orders")])
    assert [
        "functions[\"Api\"].triggers[1].table: the table 'orders' already calls this function"
    ] == wrong_references(tables=[table], functions=[function])


def test_a_stream_of_the_wrong_type_is_no_stream(wrong_references: Wrong) -> None:
    """A dict cannot even be looked up; `validate` tells what it is."""
    regions = ["eu-west-1", "us-east-1"]
    table = Table("t", Key("id"), replicas=regions, stream={})  # type: ignore[arg-type]
    (found,) = wrong_references(tables=[table])
    assert found.startswith('tables["t"].stream: must be')


@pytest.mark.parametrize("line", ["import sys; sys.path.clear()", "import sys; sys.path = []"])
def test_an_emptied_search_path_is_mended(tmp_path: Path, line: str) -> None:
    """What is imported later must still be found."""
    assert "`deploy.py` defines no `App`" == refused(tmp_path, f"{EMPTY}{line}\n").what


def test_an_exception_without_words_is_named(tmp_path: Path) -> None:
    """Its own `str` raises."""
    text = "class Silent(Exception):\n    def __str__(self):\n        raise ValueError\n"
    error = refused(tmp_path, f"{text}raise Silent\n")
    assert "`deploy.py` line 4 raised Silent" == error.what
    assert "\n\n    raise Silent" == error.why


def test_an_exception_that_says_too_much_is_cut(tmp_path: Path) -> None:
    """A megabyte of it would hide the line."""
    error = refused(tmp_path, "raise ValueError('x' * 1000000)\n")
    assert len(error.why) < 2000


@pytest.mark.parametrize("name", ["BaseException", "GeneratorExit", "SystemExit"])
def test_what_is_no_mere_exception_is_named_too(tmp_path: Path, name: str) -> None:
    """All that can end a file, but for Ctrl-C."""
    assert f"`deploy.py` line 1 raised {name}" == refused(tmp_path, f"raise {name}\n").what


def test_ctrl_c_in_the_file_is_no_mistake_of_it(tmp_path: Path) -> None:
    """The command ends as it would anywhere else."""
    (tmp_path / "deploy.py").write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        load(tmp_path)


def test_a_variable_that_denies_its_class_is_no_app(tmp_path: Path) -> None:
    """`isinstance` would run the user's code."""
    text = "class Evasive:\n    __class__ = property(lambda self: 1 / 0)\nx = Evasive()\n"
    assert "`deploy.py` defines no `App`" == refused(tmp_path, text).what


@pytest.mark.parametrize(
    "content", [b"# -*- coding: nonsense -*-\n", b"\n# coding: ascii\nx = '\xff'\n"]
)
def test_a_wrong_encoding_is_named_with_its_line(tmp_path: Path, content: bytes) -> None:
    """The line that declares it."""
    (tmp_path / "deploy.py").write_bytes(content)
    line = 1 + content.startswith(b"\n")
    with pytest.raises(ConfigError) as raised:
        load(tmp_path)
    assert f"`deploy.py` line {line} is not valid Python" == raised.value.what
