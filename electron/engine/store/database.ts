import SQLite from 'better-sqlite3';
import type { z } from 'zod';
import { databaseFailed } from './errors.ts';

type Parameters = Readonly<Record<string, string | number | null>>;

/**
 * A SQLite file whose rows are parsed with zod. Parameters are named (`@name` in SQL); statements are prepared once.
 * Errors of SQLite come out as ProblemError `database-failed`.
 */
export class Database implements Disposable {
  readonly file: string;
  readonly #connection: SQLite.Database;
  readonly #statements = new Map<string, SQLite.Statement<[Parameters]>>();

  constructor(file: string) {
    this.file = file;
    this.#connection = this.#guard(() => new SQLite(file, { timeout: BUSY_TIMEOUT_MS }));
  }

  /** Runs a statement that gives no rows; returns how many rows it changed. */
  run(sql: string, parameters: Parameters = {}): number {
    return this.#guard(() => this.#prepare(sql).run(parameters).changes);
  }

  /** All rows. A row that does not fit the schema is left out: it must not hide the others. */
  all<Row>(schema: z.ZodType<Row>, sql: string, parameters: Parameters = {}): Row[] {
    const rows = this.#guard(() => this.#prepare(sql).all(parameters));
    return rows.flatMap((row) => {
      const parsed = schema.safeParse(row);
      return parsed.success ? [parsed.data] : [];
    });
  }

  /** The first row; null where there is none or it does not fit the schema. */
  get<Row>(schema: z.ZodType<Row>, sql: string, parameters: Parameters = {}): Row | null {
    const parsed = schema.safeParse(this.#guard(() => this.#prepare(sql).get(parameters)));
    return parsed.success ? parsed.data : null;
  }

  /** Several statements at once, for migrations and pragmas. */
  execute(sql: string): void {
    this.#guard(() => this.#connection.exec(sql));
  }

  pragma(text: string): unknown {
    return this.#guard(() => this.#connection.pragma(text, { simple: true }));
  }

  /** All or nothing, and alone: other engines on the same file wait (BEGIN IMMEDIATE). */
  transaction<Result>(work: () => Result): Result {
    return this.#guard(() => this.#connection.transaction(work).immediate());
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  #prepare(sql: string): SQLite.Statement<[Parameters]> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare<[Parameters]>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guard<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (error instanceof SQLite.SqliteError) throw databaseFailed(this.file, error);
      throw error;
    }
  }
}

const BUSY_TIMEOUT_MS = 5000;
