from __future__ import annotations

from collections.abc import Callable

import pytest

from sam_deploy import (
    EventBus,
    FeatureSet,
    Function,
    Queue,
    Rule,
    SnsPublisher,
    Subscription,
    Topic,
    on_event,
)

Wrong = Callable[..., list[str]]

ORDERED = Queue("Ordered", fifo=True)
JOBS = Queue("Jobs")


def test_a_rule_forwards_to_a_queue_or_a_topic_of_the_app(wrong_references: Wrong) -> None:
    """The nearest name is offered; a function is told to listen itself."""
    found = wrong_references(
        queues=[JOBS],
        topics=[Topic("Alerts")],
        functions=[Function("Worker", source="worker")],
        rules=[
            Rule("One", "Jobz", sources=["a"]),
            Rule("Two", "Worker", sources=["a"]),
            Rule("Three", "Alerts", sources=["a"]),
        ],
    )
    assert found == [
        "rules[\"One\"].to: unknown queue or topic 'Jobz'; did you mean 'Jobs'?",
        (
            "rules[\"Two\"].to: 'Worker' is a function; give it `on_event(...)` among its triggers "
            "instead"
        ),
    ]


def test_a_rule_says_what_it_forwards(wrong_references: Wrong) -> None:
    """Without a pattern it would match every event of the bus."""
    (found,) = wrong_references(queues=[JOBS], rules=[Rule("All", "Jobs")])
    assert found == (
        'rules["All"]: would match every event; give `detail_types`, `sources` or a `pattern`'
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"pattern": {"detail_type": ["A"]}},
            (
                "rules[\"R\"].pattern: unknown field of an event 'detail_type'; "
                "did you mean 'detail-type'?"
            ),
        ),
        (
            {"sources": ["a"], "pattern": {"source": ["b"]}},
            'rules["R"].pattern["source"]: is given by `sources`, too; leave one of them out',
        ),
        (
            {"pattern": {"detail": {"state": "on"}}},
            (
                'rules["R"].pattern["detail"]["state"]: must be a list of what may be there, '
                "such as ['on']"
            ),
        ),
        (
            {"pattern": {"detail": {"state": []}}},
            'rules["R"].pattern["detail"]["state"]: must not be empty; nothing would match',
        ),
        (
            {"pattern": {"detail": {"state": [None]}}},
            (
                'rules["R"].pattern["detail"]["state"]: CloudFormation takes no null; for a field '
                "that is not there [{'exists': False}]"
            ),
        ),
        ({"sources": ["a"], "bus": "Busses"}, "rules[\"R\"].bus: unknown event bus 'Busses'"),
    ],
)
def test_a_pattern_that_aws_would_refuse_is_told(
    given: dict[str, object], message: str, wrong_references: Wrong
) -> None:
    """Known fields, lists at the ends, no null, nothing said twice, a bus of the app."""
    rule = Rule("R", "Jobs", **given)  # type: ignore[arg-type] # what a user might write
    found = wrong_references(queues=[JOBS], event_buses=[EventBus("Buses")], rules=[rule])
    assert len(found) == 1
    assert found[0].startswith(message)


def test_fifo_queues_need_a_group_and_fifo_topics_hear_no_rule(wrong_references: Wrong) -> None:
    """EventBridge gives a FIFO queue what has a message group, and standard topics only."""
    found = wrong_references(
        queues=[ORDERED, JOBS],
        topics=[Topic("Line", fifo=True)],
        rules=[
            Rule("One", "Ordered", sources=["a"]),
            Rule("Two", "Jobs", sources=["a"], message_group="g"),
            Rule("Three", "Line", sources=["a"]),
            Rule("Four", "Ordered", sources=["a"], message_group="g"),
        ],
    )
    assert found == [
        "rules[\"One\"].to: 'Ordered' is FIFO; say to which `message_group` the events belong",
        "rules[\"Two\"].message_group: 'Jobs' is not FIFO, so its messages belong to no group",
        'rules["Three"].to: EventBridge does not publish to FIFO topics',
    ]


def test_what_fails_is_kept_in_a_queue_of_the_right_kind(wrong_references: Wrong) -> None:
    """EventBridge takes standard queues only, a FIFO topic FIFO ones."""
    found = wrong_references(
        queues=[ORDERED, JOBS],
        topics=[
            Topic(
                "Line",
                fifo=True,
                subscriptions=[Subscription("sqs", "Ordered", dead_letter_queue="Jobs")],
            )
        ],
        rules=[
            Rule("One", "Jobs", sources=["a"], dead_letter_queue="Ordered"),
            Rule("Two", "Jobs", sources=["a"], dead_letter_queue="Nowhere"),
        ],
    )
    assert found == [
        (
            'topics["Line"].subscriptions[0].dead_letter_queue: must be a FIFO queue, which '
            "'Jobs' "
            "is not"
        ),
        "rules[\"One\"].dead_letter_queue: must be a standard queue, which 'Ordered' is not",
        "rules[\"Two\"].dead_letter_queue: unknown queue 'Nowhere'; there is Jobs, Ordered",
    ]


def test_two_rules_cannot_have_one_name(wrong_references: Wrong) -> None:
    """Their names in AWS are made of it."""
    rules = [Rule("R", "Jobs", sources=["a"]), Rule("R", "Jobs", sources=["b"])]
    assert wrong_references(queues=[JOBS], rules=rules) == [
        "rules[\"R\"]: the name 'R' is given twice"
    ]


def test_a_subscription_fits_its_protocol(wrong_references: Wrong) -> None:
    """Queues by name, mails by address, the web by https; FIFO to FIFO only."""
    topic = Topic(
        "T",
        subscriptions=[
            Subscription("sqs", "Jobbs"),
            Subscription("sqs", "Ordered"),
            Subscription("email", "nobody", raw=True),
            Subscription("https", "http://example.com"),
            Subscription("https", "http://example.com"),
            Subscription("sqs", "Jobs", filter={"kind": "a"}),
            Subscription("sqs", "Others", filter={"detail": {"kind": ["a"]}}),
        ],
    )
    line = Topic("Line", fifo=True, subscriptions=[Subscription("email", "a@example.com")])
    queues = [JOBS, ORDERED, Queue("Others")]
    found = wrong_references(queues=queues, topics=[topic, line])
    here = 'topics["T"].subscriptions'
    assert found == [
        f"{here}[0].endpoint: unknown queue 'Jobbs'; did you mean 'Jobs'?",
        (
            f"{here}[1].endpoint: 'Ordered' is a FIFO queue, 'T' a standard topic; order is kept "
            "only when both are FIFO"
        ),
        f"{here}[2].endpoint: 'nobody' is no e-mail address",
        f"{here}[2].raw: mails are never raw; it is for sqs and https",
        f"{here}[3].endpoint: 'http://example.com' is no https address",
        f"{here}[4]: 'http://example.com' is subscribed twice",
        f"{here}[4].endpoint: 'http://example.com' is no https address",
        f"{here}[5].filter[\"kind\"]: must be a list of what may be there, such as ['a']",
        (
            f'{here}[6].filter["detail"]: attributes have no parts; to look into the message, '
            '`filter_scope="MessageBody"`'
        ),
        'topics["Line"].subscriptions[0].protocol: a FIFO topic delivers to FIFO queues only',
    ]


def test_what_only_fifo_knows_needs_fifo(wrong_references: Wrong) -> None:
    """Queues and topics alike."""
    found = wrong_references(
        queues=[
            Queue("A", content_based_deduplication=True),
            Queue("B", deduplication_scope="messageGroup"),
        ],
        topics=[Topic("C", content_based_deduplication=True)],
    )
    said = "is for FIFO only; add `fifo=True`"
    assert found == [
        f'queues["A"].content_based_deduplication: {said}',
        f'queues["B"].deduplication_scope: {said}',
        f'topics["C"].content_based_deduplication: {said}',
    ]


def test_aws_services_cannot_send_with_awss_own_key(wrong_references: Wrong) -> None:
    """Its policy cannot be changed: messages of SNS, EventBridge and alarms would be lost."""
    key = "alias/aws/sqs"
    found = wrong_references(
        queues=[
            Queue("Fed", kms_key=key),
            Queue("Kept", kms_key=key),
            Queue("Quiet", kms_key=key),
            Queue("Sent", kms_key=key, senders=[SnsPublisher({"eu-west-1": ["111111111111"]})]),
        ],
        topics=[Topic("Alarms", publishers=["cloudwatch"], kms_key="alias/aws/sns")],
        rules=[Rule("R", "Fed", sources=["a"], dead_letter_queue="Kept")],
    )
    assert [each.partition(":")[0] for each in found] == [
        'queues["Fed"].kms_key',
        'queues["Kept"].kms_key',
        'queues["Sent"].kms_key',
        'topics["Alarms"].kms_key',
    ]


def test_what_another_stack_made_keeps_its_policy(wrong_references: Wrong) -> None:
    """A policy of ours would take the place of its own."""
    senders = [SnsPublisher({"eu-west-1": ["111111111111"]})]
    found = wrong_references(
        queues=[Queue("Q", existing=True, physical_name="q", senders=senders)],
        topics=[Topic("T", existing=True, physical_name="t", publishers=["s3"])],
        event_buses=[EventBus("B", existing=True, physical_name="b", archive_days=3)],
    )
    assert found == [
        'queues["Q"].senders: another stack made the queue, and its policy stays as it is there',
        'topics["T"].publishers: another stack made the topic, and its policy stays as it is there',
        'event_buses["B"].archive_days: another stack made the bus; its archive belongs there, too',
    ]


def test_the_default_bus_is_not_made(wrong_references: Wrong) -> None:
    """Every account has it; rules without a bus listen to it."""
    found = wrong_references(event_buses=[EventBus("B", physical_name="default")])
    said = "every account has its default bus already; leave `bus` out to use it"
    assert f'event_buses["B"].physical_name: {said}' in found


def test_chosen_names_have_awss_characters(wrong_references: Wrong) -> None:
    """A dot is good for a bus and for `.fifo`, but not inside a queue's name."""
    found = wrong_references(
        queues=[
            Queue("A", physical_name="a.b-{environment}"),
            Queue("B", fifo=True, physical_name="b-{environment}.fifo"),
        ],
        event_buses=[EventBus("C", physical_name="c.d-{environment}")],
    )
    assert found == [
        (
            "queues[\"A\"].physical_name: 'a.b-{environment}' has other characters than letters, "
            "digits, - and _"
        )
    ]


def test_another_feature_sets_queue_must_be_in_the_same_regions(wrong_references: Wrong) -> None:
    """ARNs lead from stack to stack, but EventBridge and SNS deliver inside a region."""
    found = wrong_references(
        queues=[Queue("Here"), Queue("There", feature_set="extra")],
        rules=[
            Rule("Down", "There", sources=["a"]),
            Rule("Up", "Here", sources=["a"], feature_set="extra"),
        ],
    )
    assert found == ["rules[\"Down\"].to: the queue 'There' of 'extra' does not exist in eu-west-1"]


def test_a_bus_must_be_there_before_its_rules(wrong_references: Wrong) -> None:
    """AWS refuses a rule on a bus that does not exist; stacks are made in the order declared."""
    sets = [FeatureSet("core", regions=["eu-west-1"]), FeatureSet("extra", regions=["eu-west-1"])]
    found = wrong_references(
        feature_sets=sets,
        event_buses=[EventBus("Late", feature_set="extra"), EventBus("Early")],
        functions=[
            Function("F", source="f", triggers=[on_event(sources=["a"], bus="Late")]),
            Function(
                "G",
                source="g",
                feature_set="extra",
                triggers=[on_event(sources=["a"], bus="Early")],
            ),
        ],
    )
    assert found == [
        (
            "functions[\"F\"].triggers[0].bus: the bus 'Late' must exist first, but 'extra' is "
            "deployed "
            "after 'core'; change the order of `feature_sets`"
        )
    ]
