import { call } from "../client-ssm/index.mjs";

export class GetSecretValueCommand {
  constructor(input) {
    this.input = input;
  }
}

export class SecretsManagerClient {
  async send(command) {
    return call("secretsmanager.GetSecretValue", command.input);
  }
}
