"""Rules on queues, and on the functions that read from them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sam_deploy.template.checks.audit.buckets import without_tls
from sam_deploy.template.checks.audit.rule import Hits, Rule, hit, rule
from sam_deploy.template.checks.audit.shapes import below, mapping, names, no, number, text, yes
from sam_deploy.template.checks.audit.view import Entry, View

QUEUE: Final = "AWS::SQS::Queue"
DEFAULT_VISIBILITY_SECONDS: Final = 30
DEFAULT_TIMEOUT_SECONDS: Final = 3
FACTOR: Final = 6
"""AWS advises a visibility timeout of six times the function's.
Source: Lambda developer guide, "Using Lambda with Amazon SQS"."""
LARGEST_FIFO_BATCH: Final = 10


def readers(view: View) -> Iterator[tuple[Entry, str, Entry, Entry]]:
    """Yield (mapping or function, path of the queue's property, queue, function)."""
    for source in view.of("AWS::Lambda::EventSourceMapping"):
        queue, function = _queue(view, source.get("EventSourceArn")), source.get("FunctionName")
        reading = view.function(function)
        if queue and reading:
            yield source, "EventSourceArn", queue, reading
    for function in view.of("AWS::Serverless::Function"):
        for name, event in mapping(function.get("Events")).items():
            if mapping(event).get("Type") == "SQS":
                given = mapping(mapping(event).get("Properties"))
                queue = _queue(view, given.get("Queue"))
                if queue:
                    yield function, f"Events.{name}.Properties.Queue", queue, function


def _queue(view: View, given: object) -> Entry | None:
    """Return the queue that an ARN names, by reference or by its name in text."""
    target = view.target(given)
    if target and target.kind == QUEUE:
        return target
    name = text(given).rpartition(":")[2]
    return next((each for each in view.of(QUEUE) if name and each.get("QueueName") == name), None)


def _timeouts(view: View) -> Iterator[tuple[Entry, int, Entry, int]]:
    """Yield each queue and its visibility timeout with a function that reads it and its timeout."""
    for _, _, queue, function in readers(view):
        visible = queue.get("VisibilityTimeout")
        limit = function.get("Timeout")
        seconds = DEFAULT_VISIBILITY_SECONDS if visible is None else number(view.value(visible))
        runs = DEFAULT_TIMEOUT_SECONDS if limit is None else number(view.value(limit))
        if seconds is not None and runs is not None:
            yield queue, seconds, function, runs


@rule(
    "visibility-below-timeout",
    "error",
    why="Lambda refuses to read from such a queue: each message would be handled twice",
    fix="raise the queue's visibility timeout, or lower the function's timeout",
)
def visibility_below_timeout(view: View) -> Hits:
    """Yield queues whose messages come back while the function still works on them."""
    for queue, seconds, function, runs in _timeouts(view):
        if seconds < runs:
            message = f"is {seconds} s, less than the {runs} s of {function.logical_id}"
            yield hit(queue, "VisibilityTimeout", message)


@rule(
    "visibility-timeout",
    "warning",
    why="a throttled function tries a batch again for some time; AWS advises six times its timeout",
    fix="raise the queue's visibility timeout to six times the function's timeout",
)
def visibility_timeout(view: View) -> Hits:
    """Yield queues below AWS's advice."""
    for queue, seconds, function, runs in _timeouts(view):
        if runs <= seconds < FACTOR * runs:
            advised = f"AWS advises six times the {runs} s of {function.logical_id}"
            yield hit(queue, "VisibilityTimeout", f"is {seconds} s; {advised}: {FACTOR * runs} s")


@rule(
    "queue-encryption",
    "warning",
    why="messages hold what customers sent",
    fix="set SqsManagedSseEnabled: true, or a KmsMasterKeyId",
)
def queue_encryption(view: View) -> Hits:
    """Yield queues that do not say that they are encrypted."""
    for queue in view.of(QUEUE):
        managed = queue.get("SqsManagedSseEnabled")
        if queue.get("KmsMasterKeyId") is None and (managed is None or no(managed)):
            yield hit(queue, "SqsManagedSseEnabled", "is not set to true")


@rule(
    "queue-dead-letter",
    "warning",
    why="a message that always fails is tried for days, and then it is gone",
    fix="add a RedrivePolicy with a dead-letter queue",
)
def queue_dead_letter(view: View) -> Hits:
    """Yield queues that are no dead-letter queue and have none."""
    last = set(_dead_letters(view))
    for queue in view.of(QUEUE):
        known = {queue.logical_id, text(queue.get("QueueName"))}
        given = queue.get("RedrivePolicy") or queue.get("RedriveAllowPolicy")
        if given is None and not known & last:
            yield hit(queue, "RedrivePolicy", "is not set")


def _dead_letters(view: View) -> Iterator[str]:
    """Yield what the template names as the end of failed messages, of queues and of others."""
    for entry in view.entries.values():
        for path in (
            ("RedrivePolicy", "deadLetterTargetArn"),
            ("DeadLetterConfig", "TargetArn"),
            ("DeadLetterConfig", "Arn"),
            ("DeadLetterQueue", "TargetArn"),
            ("DestinationConfig", "OnFailure", "Destination"),
            ("EventInvokeConfig", "DestinationConfig", "OnFailure", "Destination"),
        ):
            given = entry.get(*path)
            if given is not None:
                yield from names(given)
                yield text(given).rpartition(":")[2]
        for target in _targets(entry):
            yield from names(target)


def _targets(entry: Entry) -> Iterator[object]:
    """Yield the dead-letter queues of a rule's targets and of a schedule's target."""
    listed = entry.get("Targets")
    for each in listed if isinstance(listed, list) else [entry.get("Target")]:
        yield mapping(mapping(each).get("DeadLetterConfig")).get("Arn")


@rule(
    "queue-tls",
    "warning",
    why="SQS answers plain HTTP, too, unless a policy denies it",
    fix="add a QueuePolicy that denies sqs:* when aws:SecureTransport is false",
)
def queue_tls(view: View) -> Hits:
    """Yield queues without a policy that denies plain HTTP."""
    yield from without_tls(view, (QUEUE,), "AWS::SQS::QueuePolicy", "Queues")


@rule(
    "fifo-mismatch",
    "error",
    why="AWS refuses it in the middle of a deployment, or messages lose their order",
    fix="make both ends FIFO, with names that end in .fifo",
)
def fifo_mismatch(view: View) -> Hits:
    """Yield names, dead-letter queues, batches and subscriptions that do not go with FIFO."""
    for kind, key in (("AWS::SQS::Queue", "QueueName"), ("AWS::SNS::Topic", "TopicName")):
        flag = "FifoQueue" if kind == QUEUE else "FifoTopic"
        for entry in view.of(kind):
            name, fifo = text(entry.get(key)), yes(entry.get(flag))
            if name and not name.endswith("}") and name.endswith(".fifo") != fifo:
                words = "has no name that ends in .fifo" if fifo else "is not set for a .fifo name"
                yield hit(entry, key if fifo else flag, words)
            if not fifo and yes(entry.get("ContentBasedDeduplication")):
                yield hit(entry, "ContentBasedDeduplication", "is for FIFO only")
    yield from _fifo_ends(view)
    for source, path, queue, _ in readers(view):
        if yes(queue.get("FifoQueue")):
            yield from _fifo_batch(source, path)


def _fifo_ends(view: View) -> Hits:
    for queue in view.of(QUEUE):
        where = "RedrivePolicy.deadLetterTargetArn"
        last = view.target(queue.get(*where.split(".")))
        if last and last.kind == QUEUE and _is_fifo(last) != _is_fifo(queue):
            yield hit(queue, where, f"{last.logical_id} is of the other kind")
    for subscription in view.of("AWS::SNS::Subscription"):
        topic = view.target(subscription.get("TopicArn"))
        target = view.target(subscription.get("Endpoint"))
        known = topic and target and topic.kind == "AWS::SNS::Topic" and target.kind == QUEUE
        if topic and target and known and _is_fifo(target) and not yes(topic.get("FifoTopic")):
            yield hit(subscription, "Endpoint", f"{target.logical_id} is FIFO, the topic is not")


def _is_fifo(queue: Entry) -> bool:
    return yes(queue.get("FifoQueue"))


def _fifo_batch(source: Entry, path: str) -> Hits:
    event = path.rpartition(".")[0]
    inside: object = source.properties
    for key in event.split(".") if event else ():
        inside = mapping(inside).get(key)
    given = mapping(inside)
    size, window = number(given.get("BatchSize")), given.get("MaximumBatchingWindowInSeconds")
    if size is not None and size > LARGEST_FIFO_BATCH:
        yield hit(source, below(event, "BatchSize"), f"is {size}; FIFO allows {LARGEST_FIFO_BATCH}")
    if number(window):
        words = "is for standard queues only"
        yield hit(source, below(event, "MaximumBatchingWindowInSeconds"), words)


RULES: Final[tuple[Rule, ...]] = (
    visibility_below_timeout,
    visibility_timeout,
    queue_encryption,
    queue_dead_letter,
    queue_tls,
    fifo_mismatch,
)
