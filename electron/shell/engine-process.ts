import type { MessagePortMain } from 'electron';
import type { Problem } from '../../shared/contract/problem.ts';
import { messageFromEngine } from '../../shared/doors/engine-messages.ts';
import type { MessageFromEngine, MessageToEngine } from '../../shared/doors/engine-messages.ts';
import type { ShellElectron, ShellUtilityProcess } from './electron-api.ts';
import { asProblem, engineGaveUp, engineRestarted } from './errors.ts';

export interface EngineProcessOptions {
  readonly electron: Pick<ShellElectron, 'utilityProcess' | 'MessageChannelMain'>;
  /** The bundled entry of the engine. */
  readonly modulePath: string;
  /** A fleet to open at the start (absolute path). */
  readonly initialPath: string | null;
  chooseFolder(): Promise<string | null>;
  /** @throws ProblemError where the address is not allowed */
  openExternal(url: string): Promise<void>;
  /** The engine stopped and was started again: ports that were given out lead nowhere. */
  onRestart(): void;
  /** The engine cannot start, or stopped too often. Nothing more will come. */
  onFailure(problem: Problem): void;
  /** Milliseconds from any fixed point. */
  readonly now?: () => number;
}

/** More crashes than this within the time: something is wrong that a restart does not mend. */
const crashLimit = 3;
const crashWindowMs = 60_000;
/** How long the engine gets to close its database before it is killed. */
const stopLimitMs = 3000;

/**
 * The engine in a utility process. A crash of it takes no window and no job with it: it is started again, the window is
 * told and asks for a new port, and the new engine finds the running jobs.
 */
export class EngineProcess {
  readonly #options: EngineProcessOptions;
  readonly #stopped = Promise.withResolvers<void>();
  readonly #crashes: number[] = [];
  #process: ShellUtilityProcess;
  #state: 'running' | 'stopping' | 'ended' = 'running';
  #unfinishedJobs = 0;

  constructor(options: EngineProcessOptions) {
    this.#options = options;
    this.#process = this.#start(options.initialPath, []);
  }

  /** Jobs that are not over: they go on when the app quits. */
  get unfinishedJobs(): number {
    return this.#unfinishedJobs;
  }

  /** A fresh line to the engine; the port given back belongs to a window. Messages wait until the engine is ready. */
  connect(): MessagePortMain {
    const { port1, port2 } = new this.#options.electron.MessageChannelMain();
    this.#tell({ type: 'connect' }, [port1]);
    return port2;
  }

  /** Lets the engine close what it holds; kills it where that takes too long. Jobs are left alone. */
  async stop(): Promise<void> {
    if (this.#state === 'ended') return;
    if (this.#state === 'running') {
      this.#state = 'stopping';
      this.#tell({ type: 'stop' });
    }
    const limit = setTimeout(() => this.#process.kill(), stopLimitMs);
    await this.#stopped.promise;
    clearTimeout(limit);
  }

  #start(initialPath: string | null, notices: Problem[]): ShellUtilityProcess {
    const started = this.#options.electron.utilityProcess.fork(this.#options.modulePath, [], {
      serviceName: 'Nixstead engine',
      stdio: 'inherit',
    });
    started.on('message', (data) => this.#receive(messageFromEngine.parse(data)));
    started.on('exit', (code) => this.#ended(code));
    started.postMessage({ type: 'start', initialPath, notices } satisfies MessageToEngine);
    return started;
  }

  #ended(exitCode: number): void {
    if (this.#state !== 'running') {
      this.#state = 'ended';
      this.#stopped.resolve();
      return;
    }
    this.#unfinishedJobs = 0;
    const now = this.#options.now?.() ?? performance.now();
    this.#crashes.push(now);
    const recent = this.#crashes.filter((at) => now - at < crashWindowMs);
    if (recent.length > crashLimit) {
      this.#giveUp(engineGaveUp(recent.length, exitCode));
    } else {
      this.#process = this.#start(null, [engineRestarted(exitCode)]);
      this.#options.onRestart();
    }
  }

  #giveUp(problem: Problem): void {
    this.#state = 'ended';
    this.#unfinishedJobs = 0;
    this.#stopped.resolve();
    this.#options.onFailure(problem);
  }

  #receive(message: MessageFromEngine): void {
    switch (message.type) {
      case 'failed':
        this.#giveUp(message.problem);
        this.#process.kill();
        return;
      case 'jobs':
        this.#unfinishedJobs = message.unfinished;
        return;
      case 'choose-folder':
        void this.#answer(message.id, this.#options.chooseFolder());
        return;
      case 'open-external':
        void this.#answer(
          message.id,
          this.#options.openExternal(message.url).then(() => null),
        );
    }
  }

  async #answer(id: number, work: Promise<string | null>): Promise<void> {
    try {
      this.#tell({ type: 'answer', id, path: await work, problem: null });
    } catch (error) {
      this.#tell({ type: 'answer', id, path: null, problem: asProblem(error) });
    }
  }

  #tell(message: MessageToEngine, transfer: MessagePortMain[] = []): void {
    this.#process.postMessage(message, transfer);
  }
}
