/** The tables of the services, and what can be done with them. */
export { type ActivityStore, DynamoActivity } from "./activity";
export { documents } from "./client";
export { DynamoUsers, EmailTaken, LOCK, Outdated, type UserStore } from "./users";
