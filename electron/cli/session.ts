import { createRouterClient, type RouterClient } from '@orpc/server';
import { createEngine, type Engine } from '../engine/engine.ts';
import type { Surroundings } from '../engine/surroundings.ts';
import { ProgressLine, painterOf, type Terminal } from './terminal.ts';
import type { Painter } from './output/text.ts';

/** The contract as the command line calls it: in this process, through the same validation as every door. */
export type EngineClient = RouterClient<Engine['router']>;

/** One run of a command: the engine, where to print, and how. */
export interface Session extends AsyncDisposable {
  readonly engine: Engine;
  readonly client: EngineClient;
  readonly terminal: Terminal;
  readonly isJson: boolean;
  /** Colours for stdout. */
  readonly paint: Painter;
  readonly paintError: Painter;
  print(text: string): void;
  /** One JSON value on a line of its own. */
  printJson(value: unknown): void;
  /** For people alone: to stderr, and not at all with --json. */
  tell(text: string): void;
  progress(): ProgressLine;
}

/** What a terminal can do for the engine: nothing that needs a window. */
function surroundingsOf(initialPath: string | null): Surroundings {
  return {
    door: 'cli',
    initialPath,
    canChooseFolder: false,
    chooseFolder: () => Promise.resolve(null),
    openExternal: () => Promise.resolve(),
  };
}

/** Starts the engine for one command. `surroundings` where the command is another door (serve). */
export async function openSession(
  terminal: Terminal,
  isJson: boolean,
  surroundings: Surroundings = surroundingsOf(null),
): Promise<Session> {
  const engine = await createEngine({ env: terminal.env, surroundings });
  const { stdout, stderr } = terminal;
  return {
    engine,
    client: createRouterClient(engine.router),
    terminal,
    isJson,
    paint: painterOf(terminal, 'stdout'),
    paintError: painterOf(terminal, 'stderr'),
    print: (text) => void stdout.write(text),
    printJson: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
    tell: (text) => void (isJson || stderr.write(text)),
    progress: () => new ProgressLine(terminal, isJson),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

/** A terminal that serves the app to a browser: the browser is the door then. */
export function serveSurroundings(initialPath: string | null): Surroundings {
  return { ...surroundingsOf(initialPath), door: 'browser' };
}
