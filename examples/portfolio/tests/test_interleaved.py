"""What somebody else writes between the reading and the writing of a change, in a real table."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from src.repositories.base import DRAFT, PUBLISHED, ContentRepository
from src.repositories.blog import BlogRepository
from src.repositories.certification import CertificationRepository
from src.repositories.transactions import TRIES
from src.utils.errors import ConflictError, NotFoundError

POST = {"title": "Aliases", "content": "word", "excerpt": "", "tags": []}
COURSE = {"name": "Architect", "issuer": "AWS", "type": "course", "dateEarned": "2025-03-04"}
CONFLICT = b"""{"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
"Message": "Transaction cancelled", "CancellationReasons": [{"Code": "None"},
{"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}]}"""


class Interrupted:
    """A table in front of which something happens whenever a transaction is written."""

    def __init__(self, app: Any) -> None:
        where = {"region_name": app.home_region, "endpoint_url": app.endpoint}
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        self.table: Any = boto3.resource("dynamodb", **where, **keys).Table(app.table_name("table"))
        self.answers: list[Callable[[], AWSResponse | None]] = []
        """What comes before each of the next transactions; an answer takes their place."""
        self.table.meta.client.meta.events.register(
            "before-send.dynamodb.TransactWriteItems",
            lambda **_: self.answers.pop(0)() if self.answers else None,
        )

    def count(self, category: str) -> int:
        """Return the counter of a category."""
        key = {"PK": f"BLOG#CATEGORY#{category}", "SK": "COUNT"}
        return int(self.table.get_item(Key=key).get("Item", {}).get("Count", 0))


@pytest.fixture(scope="module")
def interrupted(by_config: Any) -> Interrupted:
    """The table of development."""
    return Interrupted(by_config.app)


@pytest.fixture
def table(interrupted: Interrupted) -> Iterator[Interrupted]:
    """The same, with nothing left over from another test."""
    interrupted.answers.clear()
    yield interrupted
    assert not interrupted.answers


@pytest.fixture
def blogs(table: Interrupted) -> BlogRepository:
    """Posts in that table."""
    return BlogRepository(table.table, sleep=lambda _: None)


@pytest.fixture
def categories() -> tuple[str, str]:
    """Two categories that no other test has."""
    return f"old-{uuid.uuid4().hex[:8]}", f"new-{uuid.uuid4().hex[:8]}"


def conflict() -> AWSResponse:
    """Return what DynamoDB answers while another transaction has one of the items."""
    answer = AWSResponse("https://dynamodb", 400, {}, None)
    answer._content = CONFLICT  # noqa: SLF001 - else it is read from a connection
    return answer


def test_a_post_that_changes_its_category_meanwhile_is_deleted_from_that(
    table: Interrupted, blogs: BlogRepository, categories: tuple[str, str]
) -> None:
    """No counter goes below nothing, and none stays above."""
    old, new = categories
    post = blogs.create({**POST, "category": old})["id"]
    blogs.publish(post)
    table.answers.append(lambda: blogs.update(post, {"category": new}) and None)

    blogs.delete(post)

    assert (0, 0) == (table.count(old), table.count(new))
    with pytest.raises(NotFoundError):
        blogs.draft_or_published(post)


def test_a_post_is_published_in_the_category_that_it_was_given_meanwhile(
    table: Interrupted, blogs: BlogRepository, categories: tuple[str, str]
) -> None:
    """And what is answered is what is kept."""
    old, new = categories
    post = blogs.create({**POST, "category": old})["id"]
    table.answers.append(lambda: blogs.update(post, {"category": new}) and None)

    answered = blogs.publish(post)

    assert (0, 1) == (table.count(old), table.count(new))
    assert (PUBLISHED, new) == (answered["status"], answered["category"])
    assert answered == blogs.published(post)


@pytest.mark.parametrize("published", [False, True])
def test_a_course_that_becomes_a_certification_meanwhile_is_listed_as_one(
    table: Interrupted, *, published: bool
) -> None:
    """Publishing and taking back leave it in the list of its type."""
    kept = CertificationRepository(table.table, sleep=lambda _: None)
    made = kept.create(COURSE)["id"]
    if published:
        kept.publish(made)
    table.answers.append(lambda: kept.update(made, {"type": "certification"}) and None)

    (kept.unpublish if published else kept.publish)(made)

    item = table.table.get_item(Key={"PK": f"CERT#{made}", "SK": "METADATA"})["Item"]
    status = DRAFT if published else PUBLISHED
    assert (f"CERT#STATUS#{status}#certification", status) == (item["GSI1PK"], item["Status"])


def test_of_two_updates_the_one_that_read_before_the_other_is_refused(
    table: Interrupted, blogs: BlogRepository, categories: tuple[str, str]
) -> None:
    """It was made for what is no longer there: 409."""
    post = blogs.create({**POST, "category": categories[0]})["id"]
    table.answers.append(lambda: blogs.update(post, {"title": "Theirs"}) and None)

    with pytest.raises(ConflictError, match="changed by somebody else meanwhile"):
        blogs.update(post, {"title": "Mine"})

    assert "Theirs" == blogs.draft_or_published(post)["title"]


def test_what_is_changed_all_the_time_is_refused_in_the_end(
    table: Interrupted, blogs: BlogRepository, categories: tuple[str, str]
) -> None:
    """After so many tries: 409, and nothing is written."""
    post = blogs.create({**POST, "category": categories[0]})["id"]

    def other() -> None:
        kept = table.answers[:]
        table.answers.clear()
        blogs.update(post, {"excerpt": uuid.uuid4().hex})
        table.answers[:] = kept

    table.answers += [other] * TRIES

    with pytest.raises(ConflictError, match="changed by somebody else meanwhile"):
        blogs.publish(post)

    assert DRAFT == blogs.draft_or_published(post)["status"]


@pytest.mark.parametrize("write", ["publish", "update", "delete"])
def test_a_transaction_that_meets_another_one_is_written_a_little_later(
    table: Interrupted, categories: tuple[str, str], write: str
) -> None:
    """Two posts of one category are published at once: both are, after pauses that grow."""
    pauses: list[float] = []
    blogs: ContentRepository = BlogRepository(table.table, sleep=pauses.append)
    post = blogs.create({**POST, "category": categories[0]})["id"]
    table.answers += [conflict] * 3

    if write == "update":
        blogs.update(post, {"title": "Mine"})
    else:
        getattr(blogs, write)(post)

    assert 3 == len(pauses)
    assert 0 < pauses[0] < pauses[1] < pauses[2] < 1


def test_a_transaction_that_always_meets_another_one_is_refused(
    table: Interrupted, blogs: BlogRepository, categories: tuple[str, str]
) -> None:
    """409, which a client may repeat, and no fault of the server."""
    post = blogs.create({**POST, "category": categories[0]})["id"]
    table.answers += [conflict] * TRIES

    with pytest.raises(ConflictError, match="changed by others all the time"):
        blogs.publish(post)
