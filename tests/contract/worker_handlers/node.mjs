console.log("imported");

const asked = {
  raise: () => {
    throw new TypeError("no such order");
  },
  log: () => {
    console.log("printed %s", "this", { a: 1 });
    console.error("two\nlines");
    process.stdout.write("no end");
  },
  never: () => new Promise(() => {}),
  reject: async () => {
    Promise.reject(new Error("nobody waits"));
    await new Promise((later) => setTimeout(later, 200));
  },
  exit: (event) => process.exit(event.code),
  sleep: (event) => new Promise((later) => setTimeout(later, event.seconds * 1000)),
  environment: () => process.env,
  context: (event, context) => ({
    ...context,
    remaining: context.getRemainingTimeInMillis(),
  }),
  nothing: () => undefined,
  pid: () => process.pid,
  layered: async () => (await import("layered")).name,
};

export const handler = async (event, context) => {
  const ask = asked[event?.do];
  return ask ? await ask(event, context) : event;
};

export const callback = (event, context, answer) => {
  context.callbackWaitsForEmptyEventLoop = event.waits;
  setTimeout(() => console.log("late"), 100);
  answer(event.error ? new Error(event.error) : null, { ok: event.value });
};

export const streams = awslambda.streamifyResponse(async (event, stream) => {
  stream.write("a");
  stream.write("b");
  stream.end();
});
