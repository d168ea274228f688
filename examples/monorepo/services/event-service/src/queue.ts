import { GetQueueUrlCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** Return what asks once for the address of a queue, which only SQS knows. */
export function queueUrl(sqs: SQSClient, name: string): () => Promise<string> {
  let asked: Promise<string> | undefined;
  const ask = async (): Promise<string> => {
    const found = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    if (!found.QueueUrl) throw new Error(`SQS told no address of ${name}`);
    return found.QueueUrl;
  };
  return () => {
    asked ??= ask().catch((error: unknown) => {
      asked = undefined; // a failure is not kept
      throw error;
    });
    return asked;
  };
}
