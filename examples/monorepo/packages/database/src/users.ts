import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { User } from "@monorepo/types";

/** The ids of items that are no users, but keep an address from being taken twice. */
export const LOCK = "email#";
const BY_EMAIL = "email-index";

export class EmailTaken extends Error {
  override readonly name = "EmailTaken";
}

/** The user has changed since it was read, or is gone. */
export class Outdated extends Error {
  override readonly name = "Outdated";
}

export interface UserStore {
  /** Throws EmailTaken. */
  create(user: User): Promise<void>;
  get(id: string): Promise<User | undefined>;
  /** A user may be found here a moment later than by id: an index follows its table. */
  byEmail(email: string): Promise<User | undefined>;
  /** Return the user with its new name. Throws Outdated. */
  rename(id: string, name: string, version: number, at: string): Promise<User>;
  /** Return whether there was such a user. Throws Outdated when it changed meanwhile. */
  remove(id: string): Promise<boolean>;
}

export class DynamoUsers implements UserStore {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  async create(user: User): Promise<void> {
    // An index cannot be unique: a second item, whose id is the address, is.
    const there = { TableName: this.table, ConditionExpression: "attribute_not_exists(id)" };
    const lock = { id: `${LOCK}${user.email}`, owner: user.id };
    const command = new TransactWriteCommand({
      TransactItems: [{ Put: { ...there, Item: user } }, { Put: { ...there, Item: lock } }],
    });
    try {
      await this.client.send(command);
    } catch (error) {
      throw conditionFailed(error) ? new EmailTaken(user.email) : error;
    }
  }

  async get(id: string): Promise<User | undefined> {
    if (id.startsWith(LOCK)) return undefined;
    const command = new GetCommand({ TableName: this.table, Key: { id }, ConsistentRead: true });
    return (await this.client.send(command)).Item as User | undefined;
  }

  async byEmail(email: string): Promise<User | undefined> {
    const command = new QueryCommand({
      TableName: this.table,
      IndexName: BY_EMAIL,
      KeyConditionExpression: "email = :email",
      ExpressionAttributeValues: { ":email": email },
    });
    return (await this.client.send(command)).Items?.[0] as User | undefined;
  }

  async rename(id: string, name: string, version: number, at: string): Promise<User> {
    const command = new UpdateCommand({
      TableName: this.table,
      Key: { id },
      UpdateExpression: "SET #name = :name, version = :next, updatedAt = :at",
      ConditionExpression: "version = :seen",
      ExpressionAttributeNames: { "#name": "name" }, // a reserved word
      ExpressionAttributeValues: { ":name": name, ":seen": version, ":next": version + 1, ":at": at },
      ReturnValues: "ALL_NEW",
    });
    try {
      return (await this.client.send(command)).Attributes as User;
    } catch (error) {
      throw isNamed(error, "ConditionalCheckFailedException") ? new Outdated(id) : error;
    }
  }

  async remove(id: string): Promise<boolean> {
    const user = await this.get(id);
    if (!user) return false;
    const TableName = this.table;
    const command = new TransactWriteCommand({
      TransactItems: [
        {
          Delete: {
            TableName,
            Key: { id },
            ConditionExpression: "version = :seen",
            ExpressionAttributeValues: { ":seen": user.version },
          },
        },
        { Delete: { TableName, Key: { id: `${LOCK}${user.email}` } } },
      ],
    });
    try {
      await this.client.send(command);
    } catch (error) {
      throw conditionFailed(error) ? new Outdated(id) : error;
    }
    return true;
  }
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

/** Whether a transaction was cancelled by a condition; a conflict with another one is no such. */
function conditionFailed(error: unknown): boolean {
  return (
    error instanceof TransactionCanceledException &&
    (error.CancellationReasons ?? []).some((each) => each.Code === "ConditionalCheckFailed")
  );
}
