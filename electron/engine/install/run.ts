import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Target } from '../../../shared/contract/host.ts';
import type { InstallPhase } from '../../../shared/contract/install.ts';
import type { Stage } from '../../../shared/contract/job.ts';
import type { MachineReport } from '../../../shared/contract/machine.ts';
import { ProblemError } from '../errors.ts';
import { HostSteps } from '../deploy/host-steps.ts';
import { isConnectionProblem, TargetLink } from '../deploy/target-link.ts';
import type { JobContext } from '../jobs/context.ts';
import { probeMachine } from '../machines/probe.ts';
import type { MachineSecrets } from '../machines/memory.ts';
import { environmentWithNix } from '../nix-host/program-folder.ts';
import { prepareSshFiles, type SshFiles } from '../ssh/config.ts';
import { fingerprint, hostKeyType, type HostKey } from '../ssh/host-key.ts';
import type { SshSession } from '../ssh/session.ts';
import { describeTarget, sshTarget } from '../ssh/target.ts';
import type { EvaluatedInstall } from './evaluate.ts';
import { PrivateFolder } from './private-folder.ts';
import { installError, installProblems } from './problems.ts';
import type { AnywhereProgram } from './program.ts';
import { freshState, readInstallState, writeInstallState, type InstallSpec, type InstallState } from './spec.ts';

/** The stages of an install, in order. */
export const checkStages: readonly Stage[] = ['plan', 'evaluate', 'build', 'review'];
export const rehearsalStages: readonly Stage[] = ['evaluate', 'rehearse'];
export const installStages: readonly Stage[] = [
  ...checkStages,
  'kexec',
  'hardware',
  'gate',
  'disko',
  'copy',
  'install',
  'reboot',
  'boot',
  'verify',
  'commit',
];

/** One install under way: what its stages share and hand on to each other. */
export class InstallRun implements Disposable {
  readonly context: JobContext;
  readonly spec: InstallSpec;
  readonly files: SshFiles;
  readonly steps: HostSteps;
  readonly secret: PrivateFolder;
  /** What was typed: in memory alone. */
  readonly secrets: MachineSecrets = {};
  /** What is in the keys of encrypted disks, by the path that the layout names. */
  readonly diskKeys = new Map<string, Uint8Array>();
  #state: InstallState;
  #link: TargetLink | null = null;
  #report: MachineReport | null = null;
  /** Told by `evaluate`. */
  evaluated: EvaluatedInstall | null = null;
  program: AnywhereProgram | null = null;
  stage: Stage = 'plan';

  constructor(context: JobContext, spec: InstallSpec, earlier: string | null) {
    this.context = context;
    this.spec = spec;
    this.files = prepareSshFiles(spec.sshFolder);
    this.steps = new HostSteps(
      context,
      spec.host,
      { check: checkStages, rehearse: rehearsalStages, install: installStages }[spec.goal],
    );
    this.secret = PrivateFolder.open(spec.privateFolder);
    const before = earlier === null ? null : readInstallState(earlier);
    this.#state = before === null ? freshState : { ...before, left: [] };
    this.save({ target: spec.target });
  }

  get state(): InstallState {
    return this.#state;
  }

  save(change: Partial<InstallState>): void {
    this.#state = { ...this.#state, ...change };
    writeInstallState(this.context.jobFolder, this.#state);
  }

  finished(phase: InstallPhase): void {
    if (!this.#state.done.includes(phase)) this.save({ done: [...this.#state.done, phase] });
  }

  enter(stage: Stage, note = ''): void {
    this.stage = stage;
    this.steps.start(stage, note);
  }

  log(text: string): void {
    this.context.log(this.spec.host, `${text}\n`);
  }

  /** In which nixos-anywhere finds a nix that another machine runs; null: nix is here. */
  get nixEnvironment(): Record<string, string> | null {
    return environmentWithNix(join(this.secret.path, 'nix-elsewhere'));
  }

  /** The key that the machine showed, which its installer keeps. */
  get hostKey(): HostKey | null {
    return this.#state.hostKey === null ? null : keyOfLine(this.#state.hostKey);
  }

  set hostKey(key: HostKey) {
    this.save({ hostKey: publicLine(key) });
  }

  /** Where the machine answers now. */
  get target(): Target {
    return this.#state.target ?? this.spec.target;
  }

  get place(): string {
    return describeTarget(sshTarget(this.target));
  }

  get report(): MachineReport {
    if (this.#report === null) throw new TypeError('The machine was not probed yet');
    return this.#report;
  }

  get plan(): EvaluatedInstall {
    if (this.evaluated === null) throw new TypeError('The host was not evaluated yet');
    return this.evaluated;
  }

  /**
   * The first connection: as a person logs in, with their key or password; to an installer that an earlier job has
   * started, with that job's key.
   */
  async openFirst(): Promise<SshSession> {
    const { spec, context } = this;
    // It may run the installer although nobody was left to note it.
    const { done, addedKey, isKeyRefused } = this.#state;
    const knowsKey = (done.includes('kexec') || addedKey !== 'no') && !isKeyRefused;
    if (spec.resume !== null && knowsKey) {
      try {
        this.#link = new TargetLink(sshTarget({ ...spec.target, user: 'root' }, ['-i', this.secret.loginKey().file]), {
          files: this.files,
          // At another address than it was probed at too.
          expectedKeys: this.hostKey === null ? [] : [this.hostKey],
        });
        const session = await this.#link.open(context.signal);
        this.save({ target: { ...spec.target, user: 'root' } });
        return session;
      } catch (error) {
        // It has been restarted into what it ran before.
        if (!(error instanceof ProblemError) || error.problem.code !== 'ssh-denied') throw error;
        this.#link = null;
      }
    }
    return this.#openAsPerson();
  }

  async #openAsPerson(): Promise<SshSession> {
    const { spec, context } = this;
    this.#link ??= new TargetLink(sshTarget(this.target, spec.identityFile === null ? [] : ['-i', spec.identityFile]), {
      files: this.files,
      secrets: this.secrets,
      onSecret: ({ text }) => this.askSecret(text),
      // The first contact was made when the machine was probed.
      onUnknownHostKey: (offer) => Promise.resolve(offer.fingerprint === spec.hostKeyFingerprint),
    });
    return this.#link.open(context.signal);
  }

  /** From here on the machine is an installer, where root logs in with the install's own key. */
  becomeInstaller(target: Target): void {
    this.#link?.[Symbol.dispose]();
    this.save({ target: { ...target, user: 'root' } });
    this.#link = new TargetLink(sshTarget(this.target, ['-i', this.secret.loginKey().file]), {
      files: this.files,
      expectedKeys: this.hostKey === null ? [] : [this.hostKey],
    });
  }

  /** Whether the machine can be asked without logging in anew. */
  get isConnected(): boolean {
    return (this.#link?.current ?? null) !== null;
  }

  /** The connection of this moment. @throws ProblemError `install-host-key-changed`, `ssh-*` */
  async open(signal: AbortSignal = this.context.signal): Promise<SshSession> {
    const session = this.#link === null ? await this.#openAsPerson() : await this.#link.open(signal);
    if (this.hostKey !== null && !session.hostKey.equals(this.hostKey)) {
      throw installError(installProblems.keyChanged(this.place, keyText(session.hostKey), keyText(this.hostKey)));
    }
    return session;
  }

  /**
   * A new connection, which proves that whoever answers is the same machine. One that is cut while it is made is made
   * again: that says nothing about the machine.
   */
  async reopen(): Promise<SshSession> {
    const { signal } = this.context;
    for (let left = 3; ; left -= 1) {
      try {
        if (this.#link !== null) await this.#link.reopen(signal);
        return await this.open();
      } catch (error) {
        if (left === 0 || !isConnectionProblem(error)) throw error;
        this.log(`${error.problem.title}: ${error.problem.evidence}. Connecting again.`);
        await wait(1000, undefined, { signal });
      }
    }
  }

  /** Asks the machine anew what it is. */
  async probe(signal: AbortSignal = this.context.signal): Promise<MachineReport> {
    const sudoPassword = this.secrets.sudoPassword ?? this.secrets.password;
    this.#report = await this.ask((session) => probeMachine(session, { sudoPassword, signal }), signal);
    return this.#report;
  }

  /**
   * Asks the machine something that may be asked twice: a connection that is cut at this moment says nothing about the
   * machine, and the question is put over a new one.
   */
  async ask<T>(question: (session: SshSession) => Promise<T>, signal: AbortSignal = this.context.signal): Promise<T> {
    for (let left = 2; ; left -= 1) {
      try {
        return await question(await this.open(signal));
      } catch (error) {
        if (left === 0 || !isConnectionProblem(error) || error.problem.code !== 'ssh-connection-lost') throw error;
        this.log(`${error.problem.title}: ${error.problem.evidence}. Asking again.`);
        await wait(1000, undefined, { signal });
      }
    }
  }

  /** The words before a command that is to run as root, and what it gets on standard input first. */
  get asRoot(): { readonly words: readonly string[]; readonly stdin: string } {
    const { privilege } = this.report.login;
    if (privilege === 'sudo') return { words: ['sudo', '-n'], stdin: '' };
    if (privilege === 'doas') return { words: ['doas', '-n'], stdin: '' };
    if (privilege === 'sudo-password') {
      return {
        words: ['sudo', '-S', '-p', ''],
        stdin: `${this.secrets.sudoPassword ?? this.secrets.password ?? ''}\n`,
      };
    }
    return { words: [], stdin: '' };
  }

  askSecret(text: string): Promise<string> {
    return this.context.ask({
      kind: 'password',
      host: this.spec.host,
      text,
      fingerprint: null,
      knownFingerprint: null,
    });
  }

  [Symbol.dispose](): void {
    this.#link?.[Symbol.dispose]();
  }
}

/** A key as a person compares it. */
export function keyText(key: HostKey): string {
  return `${hostKeyType(key)} ${fingerprint(key)}`;
}

/** A key as ssh_host_ed25519_key.pub has it. */
export function publicLine(key: HostKey): string {
  return `${hostKeyType(key)} ${key.toString('base64')}`;
}

/** The key of a public line `ssh-ed25519 AAAA… comment`. */
export function keyOfLine(line: string): HostKey {
  return Buffer.from(line.split(' ')[1] ?? '', 'base64');
}
