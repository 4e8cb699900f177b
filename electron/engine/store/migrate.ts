import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Database } from './database.ts';
import { newerDatabase } from './errors.ts';

interface Migration {
  readonly version: number;
  readonly sql: string;
}

/**
 * Plain SQL files `NNN-name.sql` in `migrations/` beside this file. A build that bundles the engine into one file copies
 * that folder beside the bundle; inside app.asar Electron reads it from there.
 */
export function readMigrations(folder: string = join(import.meta.dirname, 'migrations')): Migration[] {
  return readdirSync(folder)
    .filter((name) => /^\d{3}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({ version: Number(name.slice(0, 3)), sql: readFileSync(join(folder, name), 'utf8') }));
}

/** The version that the newest migration leads to. */
export function latestVersion(migrations: readonly Migration[]): number {
  return migrations.at(-1)?.version ?? 0;
}

/**
 * Brings a database to the newest version, each step in a transaction together with its `user_version`, so that a power
 * cut leaves it whole at one version or the next. Two engines that start at once do it once.
 * @throws ProblemError `database-newer`, before anything is written
 */
export function migrate(database: Database, migrations: readonly Migration[]): void {
  const found = versionOf(database);
  const latest = latestVersion(migrations);
  if (found > latest) throw newerDatabase(database.file, found, latest);
  for (const { version, sql } of migrations) {
    if (version <= found) continue;
    database.transaction(() => {
      if (versionOf(database) >= version) return;
      database.execute(sql);
      database.pragma(`user_version = ${version}`);
    });
  }
}

function versionOf(database: Database): number {
  return z.int().parse(database.pragma('user_version'));
}
