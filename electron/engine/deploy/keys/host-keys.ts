import type { HostName } from '../../../../shared/contract/ids.ts';
import { ProblemError } from '../../errors.ts';
import type { HostSession } from '../host-session.ts';
import type { DeployWork, Reached } from '../deploy-work.ts';
import type { HostSteps } from '../host-steps.ts';
import type { Argv } from '../privilege.ts';
import { keyCommand } from '../commands.ts';
import { giveKeyArgv, keyPath, markKeysArgv, ownerLater, ownerMissingExit, writeKeyArgv } from './key-scripts.ts';
import { keyValue } from './key-value.ts';
import { keyProblems } from './problems.ts';
import type { DeploymentKey } from './read-keys.ts';

interface KeyWork {
  readonly work: Pick<DeployWork, 'context' | 'spec'>;
  readonly host: HostName;
  readonly steps: HostSteps;
  readonly reached: Reached;
  /** Comes when they were read. */
  readonly keys: Promise<readonly DeploymentKey[]>;
}

const timeLimitMs = 30_000;

/** The keys of one host on their way to it. */
export class HostKeys {
  readonly #parts: KeyWork;
  /** Written, and root's alone until the activation has made their owner. */
  readonly #withoutOwner: DeploymentKey[] = [];
  #done = 0;
  #total = 0;
  /** On its way right now. */
  #writing: string | null = null;

  constructor(parts: KeyWork) {
    this.#parts = parts;
  }

  /** What was done of it so far, in a sentence; null where nothing was. */
  describeDone(): string | null {
    if (this.#done === 0 && this.#writing === null) return null;
    const rest = this.#writing === null ? '' : `; ${this.#writing} may be too`;
    return `${this.#done} of ${this.#total} keys ${this.#done === 1 ? 'was' : 'were'} written on ${this.#parts.host}${rest}.`;
  }

  /** Uploads all of them, for a host whose system does not change. @throws ProblemError `key-*`, `ssh-*` */
  async all(signal: AbortSignal): Promise<void> {
    this.#done = 0;
    await this.#upload(await this.#parts.keys, false, signal);
    await this.#end(signal);
  }

  /**
   * Uploads those that the new system finds when it is activated.
   * @param mayWait true where the activation may make their owners
   */
  async before(mayWait: boolean, signal: AbortSignal): Promise<void> {
    await this.#upload(await this.#of('pre-activation'), mayWait, signal);
    const later = (await this.#of('post-activation')).length;
    if (later === 0 && this.#withoutOwner.length === 0) return this.#end(signal);
    const note = later > 0 ? `${later} after the activation` : 'their owners come with the activation';
    this.#parts.steps.progress('keys', { note });
  }

  /** Gives keys to owners that have come, and uploads those that wait for the activation. */
  async after(signal: AbortSignal): Promise<void> {
    const { reached, keys } = this.#parts;
    if (this.#done === (await keys).length && this.#withoutOwner.length === 0) return;
    const session = await reached.link.open(signal);
    for (const key of this.#withoutOwner.splice(0)) {
      await this.#run(session, key, giveKeyArgv(key, reached.privilege), null, signal);
    }
    await this.#upload(await this.#of('post-activation'), false, signal);
    await this.#end(signal);
  }

  async #of(when: DeploymentKey['uploadAt']): Promise<DeploymentKey[]> {
    return (await this.#parts.keys).filter(({ uploadAt }) => uploadAt === when);
  }

  async #upload(keys: readonly DeploymentKey[], mayWait: boolean, signal: AbortSignal): Promise<void> {
    const { work, host, steps, reached } = this.#parts;
    const { length: total } = await this.#parts.keys;
    this.#total = total;
    steps.start('keys');
    for (const key of keys) {
      steps.progress('keys', { done: this.#done, total, unit: 'steps', note: key.name });
      const value = await keyValue(host, key, work.spec.fleet.path, signal);
      const session = await reached.link.open(signal);
      this.#writing = key.name;
      const said = await this.#run(session, key, writeKeyArgv(key, mayWait, reached.privilege), value, signal);
      const { user, group, permissions } = key;
      const command = keyCommand(host, { path: keyPath(key), user, group, mode: permissions }, reached.privilege);
      work.context.emit({ type: 'command', command, exitCode: 0 });
      if (said.trim() === ownerLater) this.#withoutOwner.push(key);
      this.#done += 1;
      this.#writing = null;
      work.context.log(host, `Key ${key.name}: ${keyPath(key)} (${user}:${group} ${permissions}), ${whence(key)}.\n`);
    }
    steps.progress('keys', { done: this.#done, total, unit: 'steps', note: '' });
  }

  async #run(
    session: HostSession,
    key: DeploymentKey,
    argv: Argv,
    value: Uint8Array | null,
    signal: AbortSignal,
  ): Promise<string> {
    const { host } = this.#parts;
    const { exitCode, stdout, stderr } = await session.exec(argv, {
      signal,
      timeoutMs: timeLimitMs,
      ...(value === null ? {} : { stdin: value }),
    });
    if (exitCode === 0) return stdout;
    const evidence = stderr.trim().slice(-2000) || `exit ${exitCode ?? 'by a signal'}`;
    throw new ProblemError(
      exitCode === ownerMissingExit
        ? keyProblems.ownerMissing(host, key.name, `${key.user}:${key.group}`, evidence)
        : keyProblems.notWritten(host, key.name, keyPath(key), evidence),
    );
  }

  async #end(signal: AbortSignal): Promise<void> {
    const { work, host, steps, reached } = this.#parts;
    const keys = await this.#parts.keys;
    const session = await reached.link.open(signal);
    const marked = await session.exec(markKeysArgv(keys, reached.privilege), { signal, timeoutMs: timeLimitMs });
    // They are there all the same.
    if (marked.exitCode !== 0) work.context.log(host, `They will not be missed after a restart: ${marked.stderr}\n`);
    steps.done('keys', keys.length === 1 ? '1 key' : `${keys.length} keys`);
  }
}

/** Where a key came from, as far as that may be told: a command's words can be secret. */
function whence({ keyFile, keyCommand }: DeploymentKey): string {
  if (keyFile !== null) return `from the file ${keyFile}`;
  return keyCommand === null ? 'from a text of the fleet' : `from the command ${keyCommand[0]}`;
}
