"""What people read: subject and text of a mail for each kind of event. Pure."""

from __future__ import annotations

from typing import Any, Final

from jinja2 import Environment, StrictUndefined

SUBJECT_CHARACTERS: Final = 100
"""Source: SNS API Publish, Subject."""

_TEMPLATES: Final = {
    "TradeExecuted": (
        """\
[{{ stage }}] {{ trades | length }} trades
{%- if rejected %}, {{ rejected | length }} rejected{% endif %}""",
        """\
{% for order in trades -%}
{{ order.side }} {{ order.quantity }} {{ order.symbol }} at {{ order.price }}
{% else -%}
Nothing had to be traded.
{% endfor -%}
{% for order in rejected -%}
REJECTED {{ order.side }} {{ order.quantity }} {{ order.symbol }} at {{ order.price }}
{% endfor %}
Equity {{ equity }}, cash {{ cash }}, realized so far {{ realized }}.
Workflow {{ correlation_id }}, on paper.
""",
    ),
    "WorkflowFailed": (
        "[{{ stage }}] {{ step }} gave up",
        "{{ reason }}\n\nWorkflow {{ correlation_id }}: nothing was traded by it.\n",
    ),
    "TradingNotificationRequested": ("[{{ stage }}] {{ subject }}", "{{ text }}\n"),
    "ErrorNotificationRequested": ("[{{ stage }}] error: {{ subject }}", "{{ text }}\n"),
}
_environment: Final = Environment(
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - plain text
    keep_trailing_newline=True,
)
KINDS: Final = tuple(_TEMPLATES)


def mail(kind: str, stage: str, detail: dict[str, Any]) -> tuple[str, str]:
    """Return subject and text. The subject has one line, as SNS demands. Raises KeyError."""
    subject, text = _TEMPLATES[kind]
    known = {**detail, "stage": stage}
    line = " ".join(_environment.from_string(subject).render(known).split())
    plain = line.encode("ascii", "replace").decode()[:SUBJECT_CHARACTERS]
    return plain, _environment.from_string(text).render(known)
