"""The one table: keys, pages, and what posts, projects and certifications have in common.

Items have `PK`, `SK`, `GSI1PK`, `GSI1SK`, `EntityType`, `Status`, and what they hold in `Data`.
"""

import datetime as dt
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeVar

from boto3.dynamodb.conditions import ConditionBase, Key
from botocore.exceptions import ClientError

from src.repositories import transactions
from src.repositories.transactions import TRIES, Sleep, failed_condition
from src.utils.errors import BadRequestError, ConflictError, NotFoundError

Table = Any
"""A boto3 DynamoDB table."""
Item = dict[str, Any]
T = TypeVar("T")
Clock = Callable[[], dt.datetime]

METADATA: Final = "METADATA"
DRAFT: Final = "DRAFT"
PUBLISHED: Final = "PUBLISHED"
KEY_ATTRIBUTES: Final = ("PK", "SK", "GSI1PK", "GSI1SK")
KEYS_A_BATCH: Final = 100
"""Source: DynamoDB API BatchGetItem."""
PAGE_BYTES: Final = 2_500_000
"""A page is over before it has more: Lambda takes answers of 6 MB, a list may have two parts."""


def utc_now() -> dt.datetime:
    """Return the time, with its zone."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """Some items, and the key to continue from; None when there are no more."""

    items: list[Item]
    last_key: dict[str, str] | None


class Repository:
    """Reads and writes of the table that several kinds of items share."""

    def __init__(self, table: Table, clock: Clock = utc_now, sleep: Sleep = time.sleep) -> None:
        self._table = table
        self._clock = clock
        self._sleep = sleep

    def _now(self) -> str:
        return self._clock().astimezone(dt.UTC).isoformat(timespec="milliseconds")

    def _get(self, partition: str, sort: str, *, consistent: bool = False) -> Item | None:
        key = {"PK": partition, "SK": sort}
        answer = self._table.get_item(Key=key, ConsistentRead=consistent)
        item: Item | None = answer.get("Item")
        return item

    def _count(self, partition: str, sort: str = "COUNT") -> int:
        return int((self._get(partition, sort) or {}).get("Count", 0))

    def _add(self, partition: str, sort: str, amount: int = 1, **attributes: str) -> int:
        """Add to a counter, made when there is none, and return what it is now."""
        names = {f"#{name}": name for name in attributes}
        values = {f":{name}": value for name, value in attributes.items()}
        assignments = ", ".join(f"#{name} = :{name}" for name in attributes)
        answer = self._table.update_item(
            Key={"PK": partition, "SK": sort},
            UpdateExpression=f"ADD #Count :amount {f'SET {assignments}' if names else ''}",
            ExpressionAttributeNames={"#Count": "Count", **names},
            ExpressionAttributeValues={":amount": amount, **values},
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["Count"])

    def _rank(self, partition: str, sort: str, group: str, count: int) -> None:
        """Put a counter into the index of `group`, sorted by its count.

        Of two calls at the same time the one with the higher count stays, whichever is later.
        """
        try:
            self._table.update_item(
                Key={"PK": partition, "SK": sort},
                UpdateExpression="SET GSI1PK = :group, GSI1SK = :count",
                ConditionExpression="attribute_not_exists(GSI1SK) OR GSI1SK < :count",
                ExpressionAttributeValues={":group": group, ":count": f"{count:010d}"},
            )
        except ClientError as error:
            if not failed_condition(error):
                raise

    def _once(self, item: Item, condition: str, values: Mapping[str, object]) -> bool:
        """Put an item if `condition` holds, and return whether it did."""
        try:
            self._table.put_item(
                Item=item, ConditionExpression=condition, ExpressionAttributeValues=dict(values)
            )
        except ClientError as error:
            if failed_condition(error):
                return False
            raise
        return True

    def _many(self, keys: Sequence[tuple[str, str]]) -> Iterator[Item]:
        """Yield those of the items that exist, in any order."""
        client, name = self._table.meta.client, self._table.name
        for start in range(0, len(keys), KEYS_A_BATCH):
            wanted = [{"PK": pk, "SK": sk} for pk, sk in keys[start : start + KEYS_A_BATCH]]
            request = {name: {"Keys": wanted}}
            while request:
                answer = client.batch_get_item(RequestItems=request)
                yield from answer["Responses"].get(name, [])
                request = answer.get("UnprocessedKeys") or {}

    def _size(self, group: str) -> int:
        """Return how many items a group of the index has."""
        query = {
            "IndexName": "GSI1",
            "KeyConditionExpression": Key("GSI1PK").eq(group),
            "Select": "COUNT",
        }
        answer = self._table.query(**query)
        size = int(answer["Count"])
        while "LastEvaluatedKey" in answer:
            answer = self._table.query(**query, ExclusiveStartKey=answer["LastEvaluatedKey"])
            size += int(answer["Count"])
        return size

    def _query(
        self,
        group: str,
        limit: int,
        *,
        after: Mapping[str, str] | None = None,
        where: ConditionBase | None = None,
    ) -> Page:
        """Return items of the index GSI1, the greatest sort key first.

        DynamoDB counts its limit before the filter, so it is asked until there are enough. A page
        is shorter when it would become too large.
        """
        query: dict[str, Any] = {
            "IndexName": "GSI1",
            "KeyConditionExpression": Key("GSI1PK").eq(group),
            "ScanIndexForward": False,
            "Limit": limit + 1,
        }
        if where is not None:
            query["FilterExpression"] = where
        items: list[Item] = []
        start = after
        while True:
            answer = self._asked(query, start)
            items += answer["Items"]
            start = answer.get("LastEvaluatedKey")
            if len(items) > limit or not start:
                return _page(items, limit)

    def _asked(self, query: Mapping[str, Any], start: Mapping[str, str] | None) -> Item:
        """Return one answer to a query. Raises BadRequestError for a key that is none."""
        if not start:
            first: Item = self._table.query(**query)
            return first
        try:
            answer: Item = self._table.query(**query, ExclusiveStartKey=start)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationException":
                raise BadRequestError("last_key is no key of a page before") from error
            raise
        return answer


class _ChangedError(ConflictError):
    """The thing is no longer what was read."""


class ContentRepository(Repository):
    """Things that are drafts first and then published."""

    kind: ClassVar[str]
    """Start of the keys, and the `EntityType`."""
    label: ClassVar[str]
    """What it is called in an error."""

    def create(self, data: Mapping[str, Any]) -> Item:
        """Keep a new draft and return it."""
        identity, now = uuid.uuid4().hex, self._now()
        kept = self.completed({**data, "createdAt": now, "updatedAt": now})
        item = self._item(identity, DRAFT, kept)
        self._table.put_item(Item=item, ConditionExpression="attribute_not_exists(PK)")
        return shown(item)

    def published(self, identity: str) -> Item:
        """Return something that everybody may see. Raises NotFoundError."""
        item = self._get(*self.key(identity))
        if item is None or item["Status"] != PUBLISHED:
            raise self._missing()
        return shown(item)

    def draft_or_published(self, identity: str) -> Item:
        """Return a draft or something published. Raises NotFoundError."""
        return shown(self._existing(identity))

    def titles(self, identities: Sequence[str]) -> dict[str, str]:
        """Return what those of them that exist are called, by id."""
        items = self._many([self.key(identity) for identity in identities])
        return {identity_of(item): self.title(item["Data"]) for item in items}

    def update(self, identity: str, changes: Mapping[str, Any]) -> Item:
        """Change what is given and return the whole. Raises NotFoundError, ConflictError.

        BadRequestError when nothing is given.
        """
        if not changes:
            raise BadRequestError("Nothing to update was given")
        old = self._existing(identity)
        data = self.completed({**old["Data"], **changes, "updatedAt": self._now()})
        new = self._item(identity, old["Status"], data)
        put = {"Put": {"TableName": self._table.name, "Item": new, **_unchanged(old)}}
        self._write(put, self.counted(old, new))
        return shown(new)

    def delete(self, identity: str) -> None:
        """It is gone. Raises NotFoundError, ConflictError."""
        partition, sort = self.key(identity)
        where = {"TableName": self._table.name, "Key": {"PK": partition, "SK": sort}}

        def gone(old: Item) -> None:
            self._write({"Delete": {**where, **_unchanged(old)}}, self.counted(old, None))

        self._as_it_is(identity, gone)

    def publish(self, identity: str) -> Item:
        """Everybody sees it. Raises NotFoundError, ConflictError when they do already."""
        return self._move(identity, DRAFT, PUBLISHED, "is published already")

    def unpublish(self, identity: str) -> Item:
        """It is a draft again. Raises NotFoundError, ConflictError when it is one already."""
        return self._move(identity, PUBLISHED, DRAFT, "is not published")

    def published_count(self) -> int:
        """Return how many are published."""
        return sum(self._size(group) for group in self.groups(PUBLISHED))

    # What each kind answers for itself

    def key(self, identity: str) -> tuple[str, str]:
        """Return PK and SK."""
        return f"{self.kind}#{identity}", METADATA

    def group(self, status: str, data: Mapping[str, Any]) -> str:  # noqa: ARG002 - others use it
        """Return GSI1PK: what is listed together."""
        return f"{self.kind}#STATUS#{status}"

    def groups(self, status: str) -> list[str]:
        """Return every group of a status."""
        return [self.group(status, {})]

    def place(self, data: Mapping[str, Any]) -> str:
        """Return GSI1SK: the newest comes first in a list."""
        return f"{self.kind}#{data.get('publishedAt') or data['createdAt']}"

    def title(self, data: Mapping[str, Any]) -> str:
        """Return what it is called."""
        return str(data["name"])

    def completed(self, data: Item) -> Item:
        """Return the data with what follows from the rest."""
        return data

    def counted(self, old: Item | None, new: Item | None) -> list[Item]:  # noqa: ARG002 - the same
        """Return the further writes of a transaction that goes from `old` to `new`."""
        return []

    # Steps

    def _item(self, identity: str, status: str, data: Mapping[str, Any]) -> Item:
        partition, sort = self.key(identity)
        return {
            "PK": partition,
            "SK": sort,
            "GSI1PK": self.group(status, data),
            "GSI1SK": self.place(data),
            "EntityType": self.kind,
            "Status": status,
            "Data": dict(data),
        }

    def _existing(self, identity: str) -> Item:
        item = self._get(*self.key(identity), consistent=True)
        if item is None:
            raise self._missing()
        return item

    def _missing(self) -> NotFoundError:
        return NotFoundError(f"There is no such {self.label}")

    def _move(self, identity: str, old_status: str, new_status: str, refusal: str) -> Item:
        def moved(old: Item) -> Item:
            if old["Status"] != old_status:
                raise ConflictError(f"The {self.label} {refusal}")
            now = self._now()
            published_at = now if new_status == PUBLISHED else None
            data = {**old["Data"], "publishedAt": published_at, "updatedAt": now}
            new = self._item(identity, new_status, data)
            put = {"Put": {"TableName": self._table.name, "Item": new, **_unchanged(old)}}
            self._write(put, self.counted(old, new))
            return shown(new)

        return self._as_it_is(identity, moved)

    def _as_it_is(self, identity: str, step: Callable[[Item], T]) -> T:
        """Return what `step` makes of the thing, which is read anew if it changed meanwhile.

        Only for what is meant whatever the thing has become. Raises NotFoundError, ConflictError.
        """
        for _ in range(TRIES - 1):
            try:
                return step(self._existing(identity))
            except _ChangedError:
                continue
        return step(self._existing(identity))

    def _write(self, first: Item, further: Sequence[Item]) -> None:
        """Write all or nothing. Raises ConflictError when the first write's condition fails."""
        try:
            transactions.write(self._table.meta.client, [first, *further], self._sleep)
        except ClientError as error:
            if failed_condition(error):
                message = f"The {self.label} was changed by somebody else meanwhile"
                raise _ChangedError(message) from error
            if transactions.met_another(error):
                message = f"The {self.label} is changed by others all the time"
                raise ConflictError(message) from error
            raise


def _unchanged(old: Item) -> Item:
    """Return the condition that an item is what was read: its group and counters follow from that.

    Its status alone would not do: of a published post, the category may be another one.
    """
    return {
        "ConditionExpression": "#Status = :status AND #Data.updatedAt = :updated",
        "ExpressionAttributeNames": {"#Status": "Status", "#Data": "Data"},
        "ExpressionAttributeValues": {
            ":status": old["Status"],
            ":updated": old["Data"]["updatedAt"],
        },
    }


def _page(items: Sequence[Item], limit: int) -> Page:
    """Return as many of the items as are wanted and fit into an answer, at least one."""
    size = 0
    for number, item in enumerate(items):
        # as Lambda may write it: six bytes for whatever is not ASCII
        size += len(json.dumps(item.get("Data"), default=str))
        if number == limit or (number and size > PAGE_BYTES):
            last = items[number - 1]
            return Page(list(items[:number]), {name: last[name] for name in KEY_ATTRIBUTES})
    return Page(list(items), None)


def identity_of(item: Item) -> str:
    """Return the id in an item's key."""
    return str(item["PK"]).partition("#")[2]


def shown(item: Item) -> Item:
    """Return an item as the API shows it: its data, with id and status."""
    return {**item["Data"], "id": identity_of(item), "status": item["Status"]}
