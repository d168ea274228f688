"""Tells a chat channel about a promotion: Slack, Mattermost, and what understands their webhooks.

    Hook("after-promote", command=["python3", "hooks/slack.py"], environments=["prod"])

SLACK_WEBHOOK_URL is the address of an incoming webhook.
"""

import json
import os
import sys
import urllib.request

event = json.load(sys.stdin)
functions = sorted({each["function"] for each in event["functions"]})
where = f"{event['app']} {event['environment']}"
result = event.get("outcome", "begins")
sign = {"committed": ":white_check_mark:", "returned": ":rewind:"}.get(result, ":hourglass:")
lines = [
    f"{sign} *{event['act']} of {where}*: {result} {event.get('release', '')}".rstrip(),
    f"{len(functions)} functions in {len(event['regions'])} regions: {', '.join(functions)}",
    f"by `{event['caller']}`, plan `{event['digest'][:8]}`",
]
if cause := event.get("cause"):
    lines.append(f"why: {cause}")
message = json.dumps({"text": "\n".join(lines)}).encode()
request = urllib.request.Request(
    os.environ["SLACK_WEBHOOK_URL"], message, {"Content-Type": "application/json"}
)
with urllib.request.urlopen(request, timeout=20):
    pass
