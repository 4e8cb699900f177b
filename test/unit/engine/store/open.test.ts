import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SQLite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { problem, type Problem } from '../../../../shared/contract/problem.ts';
import { ProblemError } from '../../../../electron/engine/errors.ts';
import type { Home } from '../../../../electron/engine/home.ts';
import { openStore } from '../../../../electron/engine/store/open.ts';
import { temporaryHome } from './a-store.ts';

/** Why the store cannot be opened. */
function refusal(home: Home): Problem {
  try {
    openStore(home).store[Symbol.dispose]();
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error('it was opened');
}

const later = { theme: 'dark' } as const;

test('what was written is there after the next start', () => {
  using home = temporaryHome();
  {
    const { store, notices } = openStore(home);
    using _store = store;
    expect(notices).toEqual([]);
    store.settings.set(later);
  }
  using again = openStore(home).store;
  expect(again.settings.get()).toMatchObject(later);
});

test('two engines may have the same database open and write to it', () => {
  using home = temporaryHome();
  using first = openStore(home).store;
  using second = openStore(home).store;
  first.settings.set(later);
  second.settings.set({ hostView: 'cards' });
  expect(first.settings.get()).toMatchObject({ ...later, hostView: 'cards' });
});

test('a database from a newer version is refused and not touched', () => {
  using home = temporaryHome();
  {
    openStore(home).store[Symbol.dispose]();
    using database = { it: new SQLite(home.database), [Symbol.dispose]: () => database.it.close() };
    database.it.pragma('journal_mode = DELETE');
    database.it.pragma('user_version = 999');
  }
  const before = readFileSync(home.database);
  const files = readdirSync(home.root);
  const { mtimeMs } = statSync(home.database);
  const refused = refusal(home);
  expect(refused.code).toBe('database-newer');
  expect(refused.evidence).toContain('version 999');
  expect(readFileSync(home.database).equals(before)).toBe(true);
  expect(statSync(home.database).mtimeMs).toBe(mtimeMs);
  expect(readdirSync(home.root)).toEqual(files);
});

test('a newer database whose version still stands in its log is refused too, with its content whole', () => {
  using home = temporaryHome();
  using writer = { it: new SQLite(home.database), [Symbol.dispose]: () => writer.it.close() };
  writer.it.pragma('journal_mode = WAL');
  writer.it.exec('CREATE TABLE future (x); INSERT INTO future VALUES (42); PRAGMA user_version = 999');
  expect(refusal(home).code).toBe('database-newer');
  expect(writer.it.prepare('SELECT x FROM future').pluck().get()).toBe(42);
});

test.each([
  [
    'text where the database should be',
    (file: string) => writeFileSync(file, 'this is not a database, but longer than its header\n'.repeat(50)),
  ],
  ['a database whose pages were overwritten', overwritePages],
])('%s is kept beside a fresh database, and the user is told', (_what, damage) => {
  using home = temporaryHome();
  openStore(home).store[Symbol.dispose]();
  damage(home.database);
  const damaged = readFileSync(home.database);
  const { store, notices } = openStore(home);
  using _store = store;
  expect(notices).toMatchObject([{ code: 'database-corrupt' }]);
  const kept = readdirSync(home.root).filter((name) => /^nixstead\.sqlite\.corrupt-[\dTZ-]+$/.test(name));
  expect(kept).toHaveLength(1);
  expect(notices[0]?.advice.join(' ')).toContain(kept[0]);
  expect(readFileSync(join(home.root, kept[0] ?? '')).equals(damaged)).toBe(true);
  store.settings.set(later);
  expect(store.settings.get()).toMatchObject(later);
});

function overwritePages(file: string): void {
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 4096);
  writeFileSync(file, bytes);
}

test('an empty file becomes a database', () => {
  using home = temporaryHome();
  writeFileSync(home.database, '');
  const { store, notices } = openStore(home);
  using _store = store;
  expect(notices).toEqual([]);
  expect(store.jobs.list()).toEqual([]);
});

/** Root may write everywhere, so the program runs as nobody, from a copy that nobody may read. */
test.runIf(process.getuid?.() === 0)('a folder that may not be written gives a clear problem and is left alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nixstead-readonly-'));
  try {
    const home = join(folder, 'home');
    mkdirSync(home);
    chmodSync(folder, 0o755);
    chmodSync(home, 0o555);
    chownSync(home, 65534, 65534);
    const source = join(import.meta.dirname, '../../../../electron/engine');
    const program = join(folder, 'program');
    mkdirSync(program);
    cpSync(join(source, 'home.ts'), join(program, 'home.ts'));
    cpSync(join(source, 'errors.ts'), join(program, 'errors.ts'));
    const script = `import { openHome } from './home.ts';
      try { openHome({ NIXSTEAD_HOME: process.argv[2] }); } catch (error) { console.log(JSON.stringify(error.problem)); }`;
    writeFileSync(join(program, 'main.ts'), script);
    cpSync(process.execPath, join(program, 'node'));
    const done = spawnSync(join(program, 'node'), [join(program, 'main.ts'), home], {
      uid: 65534,
      gid: 65534,
      encoding: 'utf8',
    });
    const told = problem.parse(JSON.parse(done.stdout));
    expect(told.code).toBe('home-not-writable');
    expect(told.evidence).toContain('EACCES');
    expect(readdirSync(home)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a database that cannot be opened at all gives a clear problem', () => {
  using home = temporaryHome();
  mkdirSync(home.database);
  expect(refusal(home).code).toBe('database-failed');
  expect(existsSync(home.database)).toBe(true);
});
