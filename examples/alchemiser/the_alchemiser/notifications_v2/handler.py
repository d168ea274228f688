"""The function Notifications: tells people, by a topic that sends mails."""

from __future__ import annotations

from typing import Any

from notifications_v2.mails import mail
from shared.runtime import client, log, stage

from sam_deploy_runtime import resource_arn


def handle(event: dict[str, Any], _: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's context
    """Publish a mail for an event of the bus."""
    subject, text = mail(event["detail-type"], stage(), event["detail"])
    client("sns").publish(TopicArn=resource_arn("Notices"), Subject=subject, Message=text)
    log.info("told", kind=event["detail-type"], correlation_id=event["detail"]["correlation_id"])
    return {"subject": subject}
