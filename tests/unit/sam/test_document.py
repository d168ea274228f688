from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.sam import document


def load(folder: Path, text: str, name: str = "template.yaml") -> document.Document:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return document.load(file)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref A", {"Ref": "A"}),
        ("!Sub '${A}-x'", {"Fn::Sub": "${A}-x"}),
        ("!GetAtt A.Arn", {"Fn::GetAtt": ["A", "Arn"]}),
        ("!GetAtt A.Outputs.B", {"Fn::GetAtt": ["A", "Outputs.B"]}),
        ("!GetAtt [A, Arn]", {"Fn::GetAtt": ["A", "Arn"]}),
        ("!If [C, !Ref A, b]", {"Fn::If": ["C", {"Ref": "A"}, "b"]}),
        ("!Condition C", {"Condition": "C"}),
        (
            "!Transform {Name: AWS::Include, Parameters: {Location: x}}",
            {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "x"}}},
        ),
    ],
)
def test_a_short_form_becomes_the_long_one(
    tmp_path: Path, short: str, long: dict[str, object]
) -> None:
    """`!Ref A` and `{Ref: A}` are one to CloudFormation; `Fn::GetAtt` splits at the first dot."""
    assert {"A": long} == load(tmp_path, f"A: {short}\n").content


def test_numbers_and_dates_keep_their_spelling(tmp_path: Path) -> None:
    """0755, 22:30 and 1.10 reach CloudFormation as written, and a date stays a text."""
    text = "A: 0755\nB: 22:30\nC: 1.10\nD: 2012-10-17\nE: 12\n"
    found = load(tmp_path, text)
    assert [] == found.mistakes
    assert text.replace("2012-10-17", "'2012-10-17'") == document.to_yaml(found.content)


def test_keys_are_texts_whatever_yaml_makes_of_them(tmp_path: Path) -> None:
    """A map keyed by account ids and `on` has these as texts, leading zeros included."""
    found = load(tmp_path, "Map: {012345670123: a, on: b}\n")
    assert {"Map": {"012345670123": "a", "on": "b"}} == found.content


def test_anchors_and_merges_are_spelled_out(tmp_path: Path) -> None:
    """What `<<` merges is there unless the mapping says otherwise, and no anchor is left."""
    found = load(tmp_path, "A: &a {x: 1, y: 2}\nB: {<<: *a, y: 3}\n")
    assert {"A": {"x": 1, "y": 2}, "B": {"x": 1, "y": 3}} == found.content
    assert "&" not in document.to_yaml(found.content)


def test_json_is_read_by_its_own_rules(tmp_path: Path) -> None:
    """Tabs may indent JSON, and a surrogate pair is one character."""
    found = load(tmp_path, '{\n\t"A": "\\ud83d\\ude00",\n\t"B": {"Ref": "X"}\n}', "template.json")
    assert ([], {"A": "\U0001f600", "B": {"Ref": "X"}}) == (found.mistakes, found.content)
    assert 3 == found.line(("B",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (1, "it is empty")),
        ("- a\n", (1, "it is no mapping of sections such as `Resources`")),
        ("A: 1\nB: !Foo x\n", (2, "`!Foo` is no function of CloudFormation")),
        ("A: 1\nB:\n  C: 1\n  C: 2\n", (4, "`C` is there twice, first in line 3")),
        ("A: 1\n? [x]\n: 2\n", (2, "a key must be a text")),
    ],
)
def test_a_mistake_of_form_has_its_line(
    tmp_path: Path, text: str, expected: tuple[int, str]
) -> None:
    """Whatever is wrong with the YAML itself is said with the line that it is in."""
    mistakes = load(tmp_path, text).mistakes
    assert [expected] == [(each.line, each.message) for each in mistakes]


def test_yaml_that_cannot_be_parsed_has_its_line(tmp_path: Path) -> None:
    """The parser's own words come with the line."""
    (mistake,) = load(tmp_path, "A: 1\nB: [1, 2\nC: 3\n").mistakes
    assert mistake.line in {2, 3}
    assert mistake.message


@pytest.mark.parametrize(
    "text",
    [
        "A: " + "[" * 5000,
        "A: " + "{a: " * 300 + "1" + "}" * 300,
        "A: &a [x, x]\n"
        + "".join(
            f"{'BCDEFGHIJKLMNOPQRST'[n]}: &{'bcdefghijklmnopqrst'[n]} "
            f"[*{'abcdefghijklmnopqrs'[n]}, *{'abcdefghijklmnopqrs'[n]}]\n"
            for n in range(19)
        ),
        "A: &a {b: *a}\n",
    ],
    ids=["brackets", "deep", "bomb", "circle"],
)
def test_no_document_is_too_much(tmp_path: Path, text: str) -> None:
    """Nesting without end and anchors that multiply are mistakes, not crashes."""
    assert load(tmp_path, text).mistakes


def test_a_file_that_is_no_text_is_a_mistake(tmp_path: Path) -> None:
    """Bytes that are not UTF-8, and a file that is not there, are said, not raised."""
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\x00")
    assert "it is not UTF-8 text" == document.load(tmp_path / "x.yaml").mistakes[0].message
    assert document.load(tmp_path / "none.yaml").mistakes


VALUES = st.recursive(
    st.text() | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_what_is_written_reads_the_same(content: dict[str, object]) -> None:
    """Writing a document and reading it again is the identity, with any YAML reader."""
    assert content == yaml.safe_load(document.to_yaml(content))
