import type { HostName, JobId } from '../../shared/contract/ids.ts';
import type {
  BuildPlace,
  DraftChange,
  InstallCheck,
  InstallDraft,
  InstallOptions,
  InstallRequest,
  InstallReview,
  InstallStep,
  TypedFields,
} from '../../shared/contract/install.ts';
import type { MachineVerdict, ProbeAnswer } from '../../shared/contract/machine.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { readLayout } from '../../shared/disko/read-source.ts';
import type { Layout } from '../../shared/disko/layout.ts';
import { defaultInstallOptions } from '../../shared/install/default-options.ts';
import { judgeMachine } from '../../shared/machines/verdict.ts';
import { asProblem } from '../app/as-problem.ts';
import type { Client } from '../app/client.ts';
import type { MachineQuestion, MachineReply } from '../disks/machine-disks.svelte.ts';
import { DisksSession } from '../disks/disks-session.svelte.ts';
import { sameValue } from './same-value.ts';
import { furthestStep, stepAfter, stepBefore, whyNotYet } from './steps.ts';

/** One install that is prepared and done: what the engine keeps of it, and what is asked on the way. Holds no secret. */
export class Wizard {
  readonly #client: Client;
  readonly disks = new DisksSession();
  #draft = $state.raw<InstallDraft>();
  #question = $state.raw<MachineQuestion | null>(null);
  #isProbing = $state(false);
  #problem = $state.raw<Problem | null>(null);
  #check = $state.raw<InstallCheck | null>(null);
  #review = $state.raw<InstallReview | null>(null);
  #saving: Promise<unknown> = Promise.resolve();
  #keep: (() => Promise<unknown>) | null = null;
  /** Counts the steps that were asked for. */
  #turn = 0;
  /** The step that is on its way. */
  #goingTo: InstallStep | null = null;

  constructor(client: Client, draft: InstallDraft) {
    this.#client = client;
    this.#draft = draft;
    const text = draft.typed.disks?.['text'] ?? draft.request.layout?.text;
    if (text !== undefined) this.disks.openText(text);
    this.#showMachine();
  }

  get draft(): InstallDraft {
    if (this.#draft === undefined) throw new TypeError('There is no draft');
    return this.#draft;
  }
  get step(): InstallStep {
    return this.draft.step;
  }
  /** What the machine wants to be told before it lets itself be looked at. */
  get question(): MachineQuestion | null {
    return this.#question;
  }
  get isProbing(): boolean {
    return this.#isProbing;
  }
  /** What went wrong last. */
  get problem(): Problem | null {
    return this.#problem;
  }
  /** Not a derived value: it is asked for after the page was left, too, where those are no longer kept right. */
  get verdict(): MachineVerdict | null {
    const report = this.#draft?.report ?? null;
    return report === null ? null : judgeMachine(report, { system: null });
  }
  get review(): InstallReview | null {
    return this.#review;
  }
  /** What the dry checks found; null: they did not succeed with what is chosen now. */
  get check(): InstallCheck | null {
    return this.#check;
  }
  get options(): InstallOptions {
    return this.draft.request.options ?? defaultInstallOptions;
  }
  /** The layout that was chosen; null where the fleet's own is kept, or none is chosen. */
  get layout(): Layout | null {
    const text = this.draft.request.layout?.text;
    const reading = text === undefined ? null : readLayout(text);
    return reading?.ok === true ? reading.layout : null;
  }
  get hostName(): string {
    return this.draft.request.host ?? 'the machine';
  }

  /** All that is chosen; null while something is missing. */
  get request(): InstallRequest | null {
    const { fleetId, request } = this.draft;
    const { host, newHost, declaration, target, layout, hostKeyFingerprint } = request;
    if (host === undefined || newHost === undefined || target === undefined || layout === undefined) return null;
    return {
      fleetId,
      host,
      newHost,
      ...(declaration === undefined ? {} : { declaration }),
      target,
      layout,
      network: request.network ?? null,
      identityFile: request.identityFile ?? null,
      hostKeyFingerprint: hostKeyFingerprint ?? '',
      options: this.options,
    };
  }

  /** Files that the layout reads keys from, of which nobody has said where they come from; known after the dry checks. */
  get missingKeys(): string[] {
    const given = new Set(this.options.encryptionKeys.map(({ remotePath }) => remotePath));
    return this.#check?.wantedKeys.filter((path) => !given.has(path)) ?? [];
  }
  /** Has them asked for when the install begins, unless something else is chosen at the step Secrets. */
  async askForKeys(): Promise<void> {
    const wanted = this.missingKeys.map((remotePath) => ({ remotePath, from: { kind: 'ask' as const } }));
    const encryptionKeys = [...this.options.encryptionKeys, ...wanted];
    if (await this.change({ request: { options: { ...this.options, encryptionKeys } } })) await this.go('secrets');
  }

  whyNot(step: InstallStep): string | null {
    const stop = this.verdict?.reasons.find(({ weight }) => weight === 'stop');
    const verdictRefusal = stop === undefined ? null : `${stop.title}.`;
    const areKeysKnown = this.missingKeys.length === 0;
    return whyNotYet(step, { draft: this.draft, verdictRefusal, isChecked: this.#check !== null, areKeysKnown });
  }

  /** Keeps what was chosen; one change after the other. False where it could not be kept. */
  async change(change: DraftChange): Promise<boolean> {
    const { id } = this.draft;
    return this.attempt(async () => {
      const saved = this.#saving.catch(() => undefined).then(() => this.#client.install.change({ id, change }));
      this.#saving = saved;
      this.#draft = await saved;
      if (change.request !== undefined) {
        this.#check = null;
        this.#review = null;
      }
    });
  }

  /** Keeps what was chosen at a step, unless nothing of it is new, and forgets what was only typed there. */
  async send(step: InstallStep, request: InstallDraft['request'], others: DraftChange = {}): Promise<boolean> {
    const { draft } = this;
    const isNew = !sameValue({ ...draft.request, ...request }, draft.request);
    const hasTyped = Object.keys(this.typed(step)).length > 0;
    if (!isNew && !hasTyped) return true;
    return this.change({ ...(isNew ? { request, ...others } : {}), ...(hasTyped ? { typed: { [step]: {} } } : {}) });
  }
  /** What stood in the fields of a step when it was left, as far as it could not be sent. */
  typed(step: InstallStep): TypedFields {
    return this.draft.typed[step] ?? {};
  }
  async keepTyped(step: InstallStep, fields: TypedFields): Promise<boolean> {
    return sameValue(fields, this.typed(step)) || this.change({ typed: { [step]: fields } });
  }
  /**
   * What a step does with its fields before it is left, however that happens: it sends what is whole, and keeps as typed
   * what is not. For an effect of the step; returns what ends it.
   */
  onLeave(keep: () => Promise<unknown>): () => void {
    this.#keep = keep;
    return () => {
      if (this.#keep === keep) this.#keep = null;
      void keep();
    };
  }

  /** Goes to a step; where leaving this one has closed the way to it, as far towards it as is open. */
  async go(wanted: InstallStep): Promise<void> {
    const turn = (this.#turn += 1);
    const canEnter = (step: InstallStep): boolean => this.whyNot(step) === null;
    const wasOpen = canEnter(wanted);
    await this.#keep?.();
    // Another step was chosen meanwhile.
    if (turn !== this.#turn) return;
    if (!wasOpen && !canEnter(wanted)) return;
    const step = furthestStep(this.draft.kind, wanted, canEnter);
    if (step === (this.#goingTo ?? this.step)) return;
    this.#goingTo = step;
    await this.change({ step });
    if (this.#goingTo === step) this.#goingTo = null;
  }
  async next(): Promise<void> {
    const step = stepAfter(this.draft.kind, this.step);
    if (step !== null) await this.go(step);
  }
  async back(): Promise<void> {
    const step = stepBefore(this.draft.kind, this.step);
    if (step !== null) await this.go(step);
  }

  /** Looks at the machine over SSH. True when it was seen; else {@link question} or {@link problem} says why not. */
  async probe(reply: MachineReply = {}): Promise<boolean> {
    const { target, identityFile = null } = this.draft.request;
    if (target === undefined) return false;
    this.#question = null;
    this.#problem = null;
    this.#isProbing = true;
    const answer = await this.#client.machine
      .probe({ target, identityFile, ...reply })
      .catch((error: unknown): ProbeAnswer => ({ state: 'failed', problem: asProblem(error) }));
    this.#isProbing = false;
    if (answer.state === 'failed') this.#problem = answer.problem;
    else if (answer.state !== 'probed') this.#question = answer;
    else return this.#seen(answer);
    return false;
  }

  async #seen({ report, hostKey, verdict }: Extract<ProbeAnswer, { state: 'probed' }>): Promise<boolean> {
    const { hostKeyFingerprint } = this.draft.request;
    const isSame = hostKeyFingerprint === hostKey.fingerprint;
    const { withoutDiskoDependencies, buildOn } = verdict.defaults;
    const place: BuildPlace = buildOn === 'here' ? this.options.buildOn : { kind: buildOn };
    const options = { ...this.options, withoutDiskoDependencies, buildOn: place };
    // Another look at the same machine takes nothing away that was checked.
    const request = isSame ? {} : { request: { hostKeyFingerprint: hostKey.fingerprint, options } };
    const isKept = await this.change({ report, ...request });
    this.#showMachine();
    return isKept;
  }

  #showMachine(): void {
    const { report } = this.draft;
    if (report === null) return;
    this.disks.machine.show(report);
    this.disks.takeSizes();
  }

  async loadReview(): Promise<void> {
    const { request } = this;
    if (request === null) return;
    await this.attempt(async () => {
      this.#review = await this.#client.install.review({ ...request, draft: this.draft.id });
    });
  }
  async startCheck(): Promise<void> {
    const { request } = this;
    if (request === null) return;
    this.#check = null;
    await this.attempt(async () => {
      await this.#client.install.check({ ...request, draft: this.draft.id });
      await this.#reload();
    });
  }
  async rehearse(): Promise<void> {
    const { request } = this;
    if (request === null) return;
    await this.attempt(async () => {
      await this.#client.install.rehearse({ ...request, draft: this.draft.id });
      await this.#reload();
    });
  }
  /** Asks what the check came to, when its job is over or the app was started again. */
  async loadCheck(): Promise<void> {
    const { check } = this.draft.jobs;
    if (check === null) return;
    await this.attempt(async () => {
      const found = await this.#client.install.checked({ jobId: check });
      if (this.draft.jobs.check === check) this.#check = found;
    });
  }

  /** Begins, or goes on where an install ended; from here on disks are erased. */
  async erase(confirmed: { host: string; disks: string[]; data: string[] }, resumes: JobId | null): Promise<void> {
    const { request } = this;
    if (request === null) return;
    await this.attempt(async () => {
      if (resumes === null) {
        await this.#client.install.start({ ...request, draft: this.draft.id, confirmation: confirmed });
      } else await this.#client.install.resume({ jobId: resumes, confirmation: confirmed });
      await this.#reload();
      await this.change({ step: 'install' });
    });
  }
  /** Goes on at a phase that erases nothing, at another address where the machine has one now. */
  async resume(jobId: JobId, address: string): Promise<void> {
    const { target } = this.draft.request;
    if (target === undefined) return;
    const moved = address === '' ? {} : { target: { ...target, host: address } };
    await this.attempt(async () => {
      await this.#client.install.resume({ jobId, ...moved });
      await this.#reload();
    });
  }

  async #reload(): Promise<void> {
    this.#draft = await this.#client.install.draft({ id: this.draft.id });
  }

  async discard(): Promise<boolean> {
    return this.attempt(() => this.#client.install.discard({ id: this.draft.id }));
  }

  /** Does something whose failure is shown on the page. */
  async attempt(work: () => Promise<unknown>): Promise<boolean> {
    this.#problem = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.#problem = asProblem(error);
      return false;
    }
  }
}

/** The name as the contract wants it; null where it is none. */
export function asHostName(text: string): HostName | null {
  return isHostName(text) ? text : null;
}
function isHostName(text: string): text is HostName {
  return text.length > 0 && text.length <= 1000;
}
