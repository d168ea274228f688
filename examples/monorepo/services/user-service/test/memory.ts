/** Users in memory, as the table keeps them: for the tests of what stands above it. */
import { EmailTaken, Outdated, type UserStore } from "@monorepo/database";
import type { User } from "@monorepo/types";

export class MemoryUsers implements UserStore {
  readonly all = new Map<string, User>();

  async create(user: User): Promise<void> {
    if (await this.byEmail(user.email)) throw new EmailTaken(user.email);
    this.all.set(user.id, user);
  }

  async get(id: string): Promise<User | undefined> {
    return this.all.get(id);
  }

  async byEmail(email: string): Promise<User | undefined> {
    return [...this.all.values()].find((each) => each.email === email);
  }

  async rename(id: string, name: string, version: number, at: string): Promise<User> {
    const user = this.all.get(id);
    if (user?.version !== version) throw new Outdated(id);
    const renamed = { ...user, name, version: version + 1, updatedAt: at };
    this.all.set(id, renamed);
    return renamed;
  }

  async remove(id: string): Promise<boolean> {
    return this.all.delete(id);
  }
}
