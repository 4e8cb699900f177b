import { createRouterClient, type RouterClient } from '@orpc/server';
import type { Engine } from '../engine/engine.ts';
import { windowless } from '../engine/surroundings.ts';
import { showProblem } from './output/problem.ts';
import type { Painter } from './output/text.ts';
import { printerOf, type Printer } from './printer.ts';
import { painterOf, ProgressLine, type Terminal } from './terminal.ts';

/** The contract as the command line calls it: in this process, through the same validation as every door. */
export type EngineClient = RouterClient<Engine['router']>;

/** One run of a command that needs the engine. Colours of `paint` are for stdout, those of `paintError` for stderr. */
export interface Session extends Printer, AsyncDisposable {
  readonly engine: Engine;
  readonly client: EngineClient;
  readonly paintError: Painter;
  /** For people alone: to stderr, and not at all with --json. */
  tell(text: string): void;
  progress(): ProgressLine;
}

/** Starts the engine for one command. */
export async function openSession(terminal: Terminal, isJson: boolean): Promise<Session> {
  // Loaded now, so that help and wrong usage answer at once.
  const { createEngine } = await import('../engine/engine.ts');
  const engine = await createEngine({ env: terminal.env, surroundings: windowless('cli') });
  const { stderr } = terminal;
  const paintError = painterOf(terminal, 'stderr');
  // Told with --json too: whoever starts the engine next will not be told again.
  for (const notice of engine.notices) stderr.write(`${showProblem(notice, paintError, { severity: 'warning' })}\n`);
  return {
    engine,
    client: createRouterClient(engine.router),
    ...printerOf(terminal, isJson),
    paintError,
    tell: (text) => void (isJson || stderr.write(text)),
    progress: () => new ProgressLine(terminal, isJson),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}
