import { closeSync, existsSync, openSync, readSync, renameSync } from 'node:fs';
import type { Problem } from '../../../shared/contract/problem.ts';
import { ProblemError } from '../errors.ts';
import type { Home } from '../home.ts';
import { BuildTimes } from './build-times.ts';
import { Database } from './database.ts';
import { corruptDatabaseSetAside, newerDatabase, nothingIsKept } from './errors.ts';
import { Estimates } from './estimates.ts';
import { EvaluatedHosts } from './evaluated-hosts.ts';
import { FleetTable } from './fleets.ts';
import { HostFacts } from './host-facts.ts';
import { InstallDrafts } from './install-drafts.ts';
import { JobTable } from './jobs.ts';
import { latestVersion, migrate, readMigrations } from './migrate.ts';
import { SelectionTable } from './selections.ts';
import { SettingsTable } from './settings.ts';

/** The engine's memory. Runners never open it. Several engines (the app and a command line) may share it. */
export interface Store extends Disposable {
  readonly fleets: FleetTable;
  readonly jobs: JobTable;
  readonly settings: SettingsTable;
  readonly buildTimes: BuildTimes;
  readonly estimates: Estimates;
  readonly hostFacts: HostFacts;
  readonly installDrafts: InstallDrafts;
  readonly evaluatedHosts: EvaluatedHosts;
  readonly selections: SelectionTable;
}

/**
 * Opens the database, makes it where it is missing and brings it to the newest version. A damaged file is kept beside a
 * fresh one, and `notices` tells it; so it does of a disk so full that SQLite cannot even read (its shared memory is a file
 * beside the database): then all is kept in memory alone.
 * @throws ProblemError `database-newer` (nothing was written) or `database-failed` (read-only, held)
 */
export function openStore(home: Home): { store: Store; notices: Problem[] } {
  const migrations = readMigrations();
  const header = readHeader(home.database);
  const latest = latestVersion(migrations);
  if (header !== null && header.version > latest) throw newerDatabase(home.database, header.version, latest);
  try {
    return { store: storeOn(openChecked(home.database, migrations)), notices: [] };
  } catch (error) {
    if (isDiskFull(error)) {
      // Nothing is kept, but the person can still read the fleet and find out what fills the disk.
      return { store: storeOn(inMemory(migrations)), notices: [nothingIsKept(error.problem)] };
    }
    const reason = corruption(error);
    if (reason === null) throw error;
    const keptAs = setAside(home.database);
    return {
      store: storeOn(openChecked(home.database, migrations)),
      notices: [corruptDatabaseSetAside(keptAs, reason)],
    };
  }
}

function storeOn(database: Database): Store {
  return {
    fleets: new FleetTable(database),
    jobs: new JobTable(database),
    settings: new SettingsTable(database),
    buildTimes: new BuildTimes(database),
    estimates: new Estimates(database),
    hostFacts: new HostFacts(database),
    installDrafts: new InstallDrafts(database),
    evaluatedHosts: new EvaluatedHosts(database),
    selections: new SelectionTable(database),
    [Symbol.dispose]: () => database[Symbol.dispose](),
  };
}

class DatabaseDamaged extends Error {}

function openChecked(file: string, migrations: ReturnType<typeof readMigrations>): Database {
  makePrivateFile(file);
  const database = new Database(file);
  try {
    const verdict = database.pragma('quick_check(1)');
    if (verdict !== 'ok') throw new DatabaseDamaged(String(verdict));
    migrate(database, migrations);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.pragma('foreign_keys = ON');
    return database;
  } catch (error) {
    database[Symbol.dispose]();
    throw error;
  }
}

function inMemory(migrations: ReturnType<typeof readMigrations>): Database {
  const database = new Database(':memory:');
  migrate(database, migrations);
  return database;
}

/** SQLite would make the file readable for all; what it makes beside it has the same mode. */
function makePrivateFile(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600));
  } catch {
    // SQLite tells in a moment why it cannot be written.
  }
}

/** The reason why a file is damaged; null where the error is of another sort. */
function corruption(error: unknown): string | null {
  if (error instanceof DatabaseDamaged) return error.message;
  if (!(error instanceof ProblemError)) return null;
  return /^SQLITE_(NOTADB|CORRUPT)/.test(error.problem.evidence) ? error.problem.evidence : null;
}

function isDiskFull(error: unknown): error is ProblemError {
  return error instanceof ProblemError && /^SQLITE_(FULL|IOERR_SHMSIZE|IOERR_WRITE)/.test(error.problem.evidence);
}

/** Moves a damaged database and what belongs to it out of the way; returns its new name. */
function setAside(file: string): string {
  const keptAs = `${file}.corrupt-${new Date().toISOString().replace(/[:.]/g, '-')}`;
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, keptAs + suffix);
  }
  return keptAs;
}

/**
 * The version in the file's header (offset 60, https://www.sqlite.org/fileformat.html), read without SQLite, which would
 * leave files beside it. null: there is no such file, or it is no SQLite file.
 */
function readHeader(file: string): { version: number } | null {
  const header = Buffer.alloc(64);
  try {
    const descriptor = openSync(file, 'r');
    try {
      if (readSync(descriptor, header, 0, 64, 0) < 64) return null;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // There is none yet, or SQLite tells in a moment why it cannot be read.
    return null;
  }
  return header.toString('latin1', 0, 16) === 'SQLite format 3\0' ? { version: header.readInt32BE(60) } : null;
}
