// Looks from outside whether an environment answers as it should, and writes nothing there.
//
//   node scripts/post-deploy.mjs ENVIRONMENT URL
const [environment, url] = process.argv.slice(2);
if (!environment || !url) {
  console.error("usage: node scripts/post-deploy.mjs ENVIRONMENT URL");
  process.exit(2);
}
// A first call starts a function; a new name may take a moment.
const PATIENCE_MS = Number(process.env.POST_DEPLOY_SECONDS ?? 20) * 1000;
const PAUSE_MS = 500;
const TIMEOUT_MS = 10_000;

const expectations = [
  {
    name: "the service is well, and is that of the environment",
    path: "/health",
    status: 200,
    good: (body) => body.status === "ok" && body.environment === environment,
  },
  {
    name: "nobody reads users without a token",
    path: "/users?email=nobody%40example.com",
    status: 401,
    good: (body) => body.error.code === "unauthorized",
  },
  {
    name: "a token that nobody signed is worth nothing",
    path: "/users/nobody",
    headers: { authorization: "Bearer e30.e30.e30" },
    status: 401,
    good: (body) => body.error.code === "unauthorized",
  },
];

/** Return '' when it is as expected, else what came instead. */
async function ask({ path, headers = {}, status, good }) {
  try {
    const answer = await fetch(url + path, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await answer.text();
    if (answer.status === status && good(JSON.parse(text))) return "";
    return `${answer.status}: ${text.slice(0, 300)}`;
  } catch (error) {
    return `${error.message}${error.cause ? ` (${error.cause.message})` : ""}`;
  }
}

let failures = 0;
const deadline = Date.now() + PATIENCE_MS;
for (const expectation of expectations) {
  let found = await ask(expectation);
  while (found && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    found = await ask(expectation);
  }
  if (found) failures += 1;
  const sign = found ? "not ok" : "ok";
  console.log(`${sign} - ${expectation.name}${found ? `\n  GET ${expectation.path} answered ${found}` : ""}`);
}
if (failures > 0) {
  console.error(
    `${environment} does not answer as it should. To go back: sam-deploy rollback ${environment}`,
  );
  process.exit(1);
}
