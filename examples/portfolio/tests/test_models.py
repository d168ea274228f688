from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from src.models.blog import NewBlog, read_time, slug
from src.models.certification import NewCertification
from src.models.project import NewProject

BLOG = {"title": "t", "content": "c", "category": "k"}


@given(st.text())
def test_a_slug_is_always_a_part_of_an_address(title: str) -> None:
    """Whatever the title: small letters, digits, single hyphens between them, never empty."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(title))


@given(st.text())
def test_a_slug_of_a_slug_is_the_same(title: str) -> None:
    """So an address can be made again from what it was made of."""
    assert slug(title) == slug(slug(title))


@pytest.mark.parametrize(
    ("words", "minutes"), [(0, 1), (1, 1), (399, 1), (400, 2), (1000, 5), (1199, 5)]
)
def test_reading_takes_a_minute_for_200_words_and_one_at_least(words: int, minutes: int) -> None:
    """`max(1, words // 200)`, as the document says."""
    assert minutes == read_time("word " * words)


@pytest.mark.parametrize(
    ("field", "longest"), [("title", 200), ("excerpt", 500), ("category", 100)]
)
def test_texts_of_a_post_have_a_longest_length(field: str, longest: int) -> None:
    """As many characters pass, one more does not."""
    NewBlog.model_validate({**BLOG, field: "x" * longest})
    with pytest.raises(ValidationError, match=field):
        NewBlog.model_validate({**BLOG, field: "x" * (longest + 1)})


@pytest.mark.parametrize("field", ["title", "content", "category"])
def test_a_post_needs_its_texts(field: str) -> None:
    """Not even white space will do for a title."""
    with pytest.raises(ValidationError, match=field):
        NewBlog.model_validate({**BLOG, field: ""})


def test_what_is_stored_is_text_lists_and_truth_only() -> None:
    """DynamoDB takes neither URL objects nor dates: these reach it as text."""
    project = NewProject.model_validate(
        {"name": "n", "description": "d", "githubUrl": "https://example.com/x"}
    ).model_dump(mode="json")
    certification = NewCertification.model_validate(
        {"name": "n", "issuer": "i", "type": "course", "dateEarned": "2025-02-28"}
    ).model_dump(mode="json")
    assert "https://example.com/x" == project["githubUrl"]
    assert "2025-02-28" == certification["dateEarned"]
    values = [*project.values(), *certification.values()]
    assert {str, list, bool, type(None)} == {type(value) for value in values}
