import type { SystemClock } from "../../src/clock.ts";
import type { ConnectionSettings } from "../../src/database/connection.ts";
import { Database } from "../../src/database/database.ts";
import type { KnownGeneration } from "../../src/database/generation.ts";
import type { Session } from "../../src/database/session.ts";
import { type Answer, execute, type Statement } from "../../src/database/statement.ts";
import type { TestDatabase } from "./test_postgres.ts";

/**
 * A session of ours on a test's database, as the runner has it: the other side of `TestDatabase`.
 */
export class LedDatabase {
  private constructor(
    readonly database: Database,
    readonly session: Session,
    readonly generation: KnownGeneration,
    /** What was notified on channels that are listened to. */
    readonly heard: string[],
  ) {}

  static async open(
    { name }: TestDatabase,
    connection: ConnectionSettings,
    clock: SystemClock,
  ): Promise<LedDatabase> {
    const database = new Database(name, { connection, clock });
    const heard: string[] = [];
    const session = await database.openSession({
      onNotify: (_, payload) => heard.push(payload),
    });
    const generation = await database.generation(session).catch(async (error) => {
      await session.end();
      throw error;
    });
    if ("columns" in generation) return new LedDatabase(database, session, generation, heard);
    await session.end();
    throw new Error(`Cannot lead ${name}: ${generation.reason}`);
  }

  run(statement: Statement): Promise<Answer> {
    return execute(this.session, this.generation, statement);
  }
}
