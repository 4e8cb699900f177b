import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startArgv } from '../../electron/engine/deploy/activation-script.ts';

const rounds = 12;
const apps = ['a', 'b', 'c'];

let run: string;
let system: string;

/** One app that activates on this machine, as it would on a host. `end`: all that it was told, when it has ended. */
class App implements Disposable {
  readonly #process: ChildProcess;
  readonly #nonce: string;
  readonly #told = Promise.withResolvers<'started' | 'busy'>();
  readonly end: Promise<string>;
  #text = '';

  constructor(name: string) {
    this.#nonce = `nonce-${name}`;
    const folder = join(run, name);
    const about = { unit: `unit-${name}`, system, goal: 'test', profile: null, toGeneration: null } as const;
    const argv = startArgv({ ...about, folder, watchdogSeconds: null, nonce: this.#nonce }, []);
    this.#process = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      this.#text += piece;
      for (const word of ['started', 'busy'] as const)
        if (this.#text.includes(`${this.#nonce} ${word}`)) this.#told.resolve(word);
    });
    this.end = once(this.#process, 'close').then(() => {
      this.#told.reject(new Error(`it ended: ${this.#text}`));
      return this.#text;
    });
  }

  /** Whether it was let in. */
  get told(): Promise<'started' | 'busy'> {
    return this.#told.promise;
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGKILL');
  }
}

// A machine with systemd would be asked to run the units.
describe.skipIf(process.platform !== 'linux' || existsSync('/run/systemd/system'))('activations on one host', () => {
  beforeEach(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nixstead-activations-'));
    run = join(folder, 'run');
    system = join(folder, 'system');
    await mkdir(join(system, 'bin'), { recursive: true });
    const program = join(system, 'bin/switch-to-configuration');
    // It goes on until its test has seen whether another one was let in beside it.
    await writeFile(program, `#!/bin/sh\nuntil [ -e '${join(folder, 'go-on')}' ]; do sleep 0.02; done\n`);
    await chmod(program, 0o755);
  });
  afterEach(() => rm(join(run, '..'), { recursive: true, force: true }));

  test('that are begun at once exclude each other', async () => {
    for (let round = 0; round < rounds; round += 1) {
      using stack = new DisposableStack();
      const begun = apps.map((name) => stack.use(new App(`${name}${round}`)));
      const told = await Promise.all(begun.map((app) => app.told));
      expect([round, ...told.sort()]).toEqual([round, 'busy', 'busy', 'started']);
      await writeFile(join(run, '../go-on'), '');
      const ends = await Promise.all(begun.map((app) => app.end));
      expect(ends.filter((text) => text.includes(' switch 0'))).toHaveLength(1);
      await rm(join(run, '../go-on'));
    }
  });

  test('wait for one that is just being begun, and not for one that was killed in that', async () => {
    await mkdir(run);
    const holder = spawn('sh', ['-c', 'exec 9>"$1"; flock 9; echo held; exec cat', 'sh', join(run, '.lock')]);
    await once(holder.stdout, 'data');
    using app = new App('next');
    // It has come to the lock when its process has it open.
    await once(
      spawn('sh', [
        '-c',
        'until [ "$(find /proc/[0-9]*/fd -lname "$1" 2>/dev/null | wc -l)" -ge 2 ]; do sleep 0.02; done',
        'sh',
        join(run, '.lock'),
      ]),
      'close',
    );
    expect(existsSync(join(run, 'next'))).toBe(false);
    holder.kill('SIGKILL');
    expect(await app.told).toBe('started');
    await writeFile(join(run, '../go-on'), '');
    expect(await app.end).toContain(' switch 0');
  });
});
