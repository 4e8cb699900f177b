import { createRouterClient } from '@orpc/server';
import type { Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { z } from 'zod';
import type { Contract } from '../../shared/contract/index.ts';
import type { Problem } from '../../shared/contract/problem.ts';
import { messageToEngine } from '../../shared/doors/engine-messages.ts';
import type { MessageFromEngine, MessageToEngine } from '../../shared/doors/engine-messages.ts';
import { ProblemError } from './errors.ts';
import type { Surroundings } from './surroundings.ts';
import { whenUnforeseen } from './unforeseen.ts';

/** A port as Electron hands it to a utility process. */
export interface WindowPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}

/** Electron's `process.parentPort`. */
export interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown; ports: WindowPort[] }) => void): unknown;
  postMessage(message: MessageFromEngine): void;
}

export interface StartedEngine extends AsyncDisposable {
  readonly router: Router<Contract, Record<never, never>>;
}

export interface ShellLineOptions {
  readonly parentPort: ParentPort;
  createEngine(options: { env: NodeJS.ProcessEnv; surroundings: Surroundings }): Promise<StartedEngine>;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the process. */
  exit(code: number): void;
}

/**
 * The engine's end of its line to Electron's main process: starts the engine when told, gives every window's port the
 * contract, asks the main process for what only that can do, and tells it how many jobs are not over.
 */
export function followShell({ parentPort, createEngine, env, exit }: ShellLineOptions): void {
  const questions = new Map<number, (answer: Extract<MessageToEngine, { type: 'answer' }>) => void>();
  const started = Promise.withResolvers<StartedEngine>();

  const ask = async (question: (id: number) => MessageFromEngine): Promise<string | null> => {
    const id = questions.size === 0 ? 0 : Math.max(...questions.keys()) + 1;
    const { path, problem } = await new Promise<Extract<MessageToEngine, { type: 'answer' }>>((resolve) => {
      questions.set(id, resolve);
      parentPort.postMessage(question(id));
    });
    if (problem) throw new ProblemError(problem);
    return path;
  };

  const start = async (initialPath: string | null, notices: readonly Problem[]) => {
    const surroundings: Surroundings = {
      door: 'electron',
      initialPath,
      notices,
      canChooseFolder: true,
      chooseFolder: () => ask((id) => ({ type: 'choose-folder', id })),
      openExternal: async (url) => void (await ask((id) => ({ type: 'open-external', id, url }))),
    };
    try {
      started.resolve(await createEngine({ env, surroundings }));
    } catch (error) {
      started.reject(error);
      parentPort.postMessage({ type: 'failed', problem: asProblem(error) });
    }
  };
  const tell = (unfinished: number) => parentPort.postMessage({ type: 'jobs', unfinished });
  void started.promise.then(
    (engine) => tellUnfinishedJobs(engine, tell),
    // Where the engine could not start, the main process was told so.
    () => undefined,
  );

  const interceptors = [whenUnforeseen((error) => console.error(error))];
  const handlers = started.promise.then((engine) => new RPCHandler(engine.router, { interceptors }));
  handlers.catch(() => undefined);

  parentPort.on('message', (event) => {
    const message = messageToEngine.parse(event.data);
    switch (message.type) {
      case 'start':
        void start(message.initialPath, message.notices);
        return;
      case 'connect':
        for (const port of event.ports) void handlers.then((handler) => connect(handler, port));
        return;
      case 'answer':
        questions.get(message.id)?.(message);
        questions.delete(message.id);
        return;
      case 'stop':
        started.promise
          .then((engine) => engine[Symbol.asyncDispose]())
          .then(
            () => exit(0),
            () => exit(1),
          );
    }
  });
}

function connect(handler: RPCHandler<Record<never, never>>, port: WindowPort): void {
  handler.upgrade({
    on: (event: string, listener: (event?: { data: unknown }) => void) => {
      if (event === 'message') port.on('message', (message) => isRequest(message.data) && listener(message));
      else if (event === 'close') port.on('close', () => listener());
    },
    postMessage: (message: unknown) => port.postMessage(message),
  });
  port.start();
}

/** The frame of oRPC's messages: a request with its path, or word about one that is under way. */
const request = z.union([
  z.object({ i: z.string(), t: z.literal(1).optional(), p: z.object({ u: z.string().startsWith('/') }) }),
  z.object({ i: z.string(), t: z.literal(3), p: z.object({}) }),
  z.object({ i: z.string(), t: z.literal(4) }),
]);

/** Anything else would become an unhandled rejection in oRPC's adapter, and that would end this process. */
function isRequest(data: unknown): boolean {
  try {
    return typeof data === 'string' && request.safeParse(JSON.parse(data)).success;
  } catch {
    return false;
  }
}

async function tellUnfinishedJobs(engine: StartedEngine, tell: (count: number) => void): Promise<void> {
  const unfinished = new Set<string>();
  const client = createRouterClient(engine.router, { context: {} });
  try {
    for await (const summaries of await client.job.watchAll()) {
      const before = unfinished.size;
      for (const { id, state } of summaries) {
        if (state === 'queued' || state === 'running') unfinished.add(id);
        else unfinished.delete(id);
      }
      if (unfinished.size !== before) tell(unfinished.size);
    }
  } catch (error) {
    console.error('How many jobs run is not known:', error);
  }
}

function asProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    code: 'engine-failed',
    title: 'The engine of Nixstead could not start',
    evidence: error instanceof Error ? (error.stack ?? error.message) : String(error),
    advice: ['Start Nixstead again. If this comes back, the text above says where it went wrong.'],
  };
}
