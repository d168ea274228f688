/** What services say to each other. Nothing here runs, apart from the checks of what came in. */

/** Somebody who is registered. Times are ISO 8601 in UTC. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  /** Counts changes: a change must name the version that it has seen. */
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type UserChange = "user.created" | "user.updated" | "user.deleted";

/** A change of a user, made of a record of the table's stream. */
export interface UserEvent {
  /**
   * That of the stream record, in 40 digits: it rises with every change of a user, and is the same
   * when the record is delivered again. Times of a stream are whole seconds.
   */
  readonly sequence: string;
  readonly type: UserChange;
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly at: string;
  /** The attributes that are others than before; of an update only. */
  readonly changed: readonly string[];
}

/** One entry in the history of a user. */
export interface Activity {
  readonly userId: string;
  /** That of the change. */
  readonly sequence: string;
  readonly type: UserChange | "notification.sent";
  readonly at: string;
  readonly detail: string;
}

const CHANGES: ReadonlySet<string> = new Set(["user.created", "user.updated", "user.deleted"]);

/** Whether a value, such as the body of a message, is a `UserEvent`. */
export function isUserEvent(value: unknown): value is UserEvent {
  if (typeof value !== "object" || value === null) return false;
  const event = value as Record<string, unknown>;
  const texts = [event.sequence, event.userId, event.email, event.name, event.at];
  return (
    texts.every((each) => typeof each === "string") &&
    typeof event.type === "string" &&
    CHANGES.has(event.type) &&
    Array.isArray(event.changed) &&
    event.changed.every((each) => typeof each === "string")
  );
}
