exports.inner = { handler: (event, context) => context.succeed({ got: event }) };
