from __future__ import annotations

from collections.abc import Callable

from sam_deploy import App, EventBus, Function, Queue, Rule, Subscription, Topic, on_event, on_queue
from sam_deploy.plan.collisions import find_collisions
from sam_deploy.plan.limits import find_long_names
from sam_deploy.plan.warnings import warnings_of

MakeApp = Callable[..., App]
KEY = "alias/shop"


def told(app: App) -> list[tuple[str, str]]:
    """Rule and path of every warning."""
    return [(each.rule, each.path.partition(": ")[2]) for each in warnings_of(app)]


def test_who_hears_the_default_bus_in_several_environments_is_told(make_app: MakeApp) -> None:
    """There an event has no environment: dev's would reach prod's functions, too."""
    listener = Function(
        "F", source="f", triggers=(on_event(sources=("aws.s3",)), on_event(sources=("a",), bus="B"))
    )
    app = make_app(
        queues=(Queue("Q"),),
        event_buses=(EventBus("B"),),
        functions=(listener,),
        rules=(
            Rule("All", "Q", sources=("a",)),
            Rule("One", "Q", sources=("a",), environments=("prod",)),
            Rule("Own", "Q", sources=("a",), bus="B"),
            Rule("Meant", "Q", sources=("a",), waive={"default-bus": "it counts builds"}),
        ),
    )
    expected = [("default-bus", 'rules["All"]'), ("default-bus", 'functions["F"].triggers[0]')]
    assert expected == told(app)


def test_keys_that_aws_services_need_are_told(make_app: MakeApp) -> None:
    """What only functions use needs nothing but their own policies."""
    app = make_app(
        queues=(
            Queue("Fed", kms_key=KEY),
            Queue("Quiet", kms_key=KEY),
            Queue("Meant", kms_key=KEY, waive={"key-policy": "the key's policy has them"}),
        ),
        topics=(
            Topic("Alarms", publishers=("cloudwatch",), kms_key=KEY),
            Topic(
                "News",
                kms_key=KEY,
                subscriptions=(Subscription("sqs", "Fed"), Subscription("sqs", "Meant")),
            ),
        ),
    )
    expected = [
        ("key-policy", 'topics["Alarms"].kms_key'),
        ("key-policy", 'queues["Fed"].kms_key'),
    ]
    assert expected == told(app)


def test_a_queue_of_another_stack_must_let_services_in_by_itself(make_app: MakeApp) -> None:
    """R173: we never touch its policy; and its visibility timeout is unknown."""
    queue = Queue("Q", existing=True, physical_name="q", visibility_timeout_seconds=1)
    reader = Function("F", source="f", triggers=(on_queue("Q"),))
    rules = (Rule("R", "Q", sources=("a",), environments=("dev",)),)
    app = make_app(queues=(queue,), functions=(reader,), rules=rules)
    (found,) = [each for each in warnings_of(app) if each.rule == "existing-queue-policy"]
    assert found.message == (
        "exists already; its own policy must let events.amazonaws.com send to it"
    )
    assert "visibility-timeout" not in [rule for rule, _ in told(app)]


def test_chosen_names_that_meet_are_found(make_app: MakeApp) -> None:
    """FIFO and standard names differ; one that exists may be the same in all environments."""
    apart = make_app(queues=(Queue("A"), Queue("B", fifo=True, physical_name="A{environment}Q")))
    assert [] == find_collisions(apart)
    same = make_app(
        queues=(Queue("A"), Queue("B", physical_name="ADevQ", existing=True)),
        topics=(Topic("T", existing=True, physical_name="t"), Topic("U", physical_name="t")),
    )
    found = find_collisions(same)
    assert 'queues["A"] (dev) and queues["B"] are both `ADevQ` (queues of a region)' in found
    assert 'topics["T"] and topics["U"] (dev) are both `t` (topics of a region)' in found


def test_a_rule_and_an_event_trigger_of_one_name_are_found(make_app: MakeApp) -> None:
    """Both would be called shop-Mailer-dev on the same bus; on another bus they may."""
    listener = Function("Mailer", source="f", triggers=(on_event(pattern={"source": ["a"]}),))
    both = {"queues": (Queue("Q"),), "functions": (listener,)}
    met = find_collisions(make_app(rules=(Rule("Mailer", "Q", sources=("a",)),), **both))
    assert [
        f'rules["Mailer"] ({each}) and functions["Mailer"].triggers[0] ({each}) are both '
        f"`shop-Mailer-{each}` (rules of default)"
        for each in ("dev", "prod")
    ] == met
    rules = (Rule("Mailer", "Q", sources=("a",), bus="B"),)
    assert [] == find_collisions(make_app(rules=rules, event_buses=(EventBus("B"),), **both))


def test_a_rule_that_aws_would_find_too_long_is_told(make_app: MakeApp) -> None:
    """64 characters for rules and schedules. Source: EventBridge API PutRule."""
    trigger = on_event(detail_types=("x" * 60,))
    app = make_app(functions=(Function("Mailer", source="f", triggers=(trigger,)),))
    assert "AWS takes 64" in find_long_names(app)[0]
    short = on_event(detail_types=("x" * 60,), name="Short")
    named = make_app(functions=(Function("Mailer", source="f", triggers=(short,)),))
    assert [] == find_long_names(named)
