import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from "@aws-sdk/lib-dynamodb";
import type { Activity } from "@monorepo/types";

const DAY_SECONDS = 86_400;

export interface ActivityStore {
  has(activity: Activity): Promise<boolean>;
  /** Keep it, once: what is delivered again changes nothing. */
  record(activity: Activity): Promise<void>;
  /** Return what happened to a user, in its order. */
  of(userId: string): Promise<readonly Activity[]>;
}

export class DynamoActivity implements ActivityStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    /** After which DynamoDB removes an entry. */
    private readonly keepDays: number,
  ) {}

  async has(activity: Activity): Promise<boolean> {
    const Key = keyOf(activity);
    const found = await this.client.send(new GetCommand({ TableName: this.table, Key }));
    return found.Item !== undefined;
  }

  async record(activity: Activity): Promise<void> {
    const ends = Math.floor(Date.parse(activity.at) / 1000) + this.keepDays * DAY_SECONDS;
    const Item = { ...activity, ...keyOf(activity), expiresAt: ends };
    // The key is made of the event: writing it again is the same item.
    await this.client.send(new PutCommand({ TableName: this.table, Item }));
  }

  async of(userId: string): Promise<readonly Activity[]> {
    const command = new QueryCommand({
      TableName: this.table,
      KeyConditionExpression: "userId = :user",
      ExpressionAttributeValues: { ":user": userId },
    });
    const found = (await this.client.send(command)).Items ?? [];
    return found.map(({ entry, expiresAt, ...activity }) => activity as Activity);
  }
}

/** The table's key: changes of a user in their order, and after each what was told of it. */
function keyOf({ userId, sequence, type }: Activity): { userId: string; entry: string } {
  return { userId, entry: `${sequence}#${type === "notification.sent" ? 1 : 0}` };
}
