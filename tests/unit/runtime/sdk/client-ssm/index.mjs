// As much of the AWS SDK as the runtime uses, without signatures: for a store on loopback.
export class GetParameterCommand {
  constructor(input) {
    this.input = input;
  }
}

export class SSMClient {
  constructor(config) {
    this.config = config;
  }

  async send(command) {
    return call("AmazonSSM.GetParameter", command.input);
  }
}

export async function call(target, input) {
  const answer = await fetch(process.env.AWS_ENDPOINT_URL, {
    method: "POST",
    headers: { "X-Amz-Target": target },
    body: JSON.stringify(input),
  });
  const body = await answer.json();
  if (answer.ok) return body;
  const error = new Error(body.message);
  error.name = body.__type;
  error.$metadata = { httpStatusCode: answer.status };
  throw error;
}
