// Tells about promotions and rollbacks: a hook of deploy.py, with what happened on standard input.
//
// NOTIFY_URL is the address of an incoming webhook (Slack, Mattermost, ...); without it nobody is
// told, and the audit of sam-deploy is all there is.
const TIMEOUT_MS = 20_000;

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const event = JSON.parse(Buffer.concat(chunks).toString("utf8"));
const url = process.env.NOTIFY_URL;
if (!url) process.exit(0);

const functions = [...new Set(event.functions.map((each) => each.function))].sort();
const outcome = event.outcome ?? "begun";
const text = [
  `${event.act} of ${event.app} ${event.environment}: ${outcome} ${event.release ?? ""}`.trimEnd(),
  `${functions.length} functions: ${functions.join(", ")}`,
  `by ${event.caller}, plan ${event.digest.slice(0, 8)}`,
  ...(event.cause ? [`why: ${event.cause}`] : []),
].join("\n");
const answer = await fetch(url, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ text }),
  signal: AbortSignal.timeout(TIMEOUT_MS),
});
if (!answer.ok) {
  console.error(`the webhook answered ${answer.status}`);
  process.exit(1);
}
