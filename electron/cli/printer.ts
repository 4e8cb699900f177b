import type { Painter } from './output/text.ts';
import type { ExitCode } from './exit.ts';
import { painterOf, type Terminal } from './terminal.ts';

/** Where a command that needs no engine prints. */
export interface Printer {
  readonly terminal: Terminal;
  readonly isJson: boolean;
  readonly paint: Painter;
  print(text: string): void;
  printJson(value: unknown): void;
}

export function printerOf(terminal: Terminal, isJson: boolean): Printer {
  const { stdout } = terminal;
  return {
    terminal,
    isJson,
    paint: painterOf(terminal, 'stdout'),
    print: (text) => void stdout.write(text),
    printJson: (value) => void stdout.write(`${JSON.stringify(value)}\n`),
  };
}

/** Runs a command that needs no engine and keeps its exit code. */
export type ActAlone = (options: { json?: boolean }, action: (printer: Printer) => Promise<ExitCode>) => Promise<void>;
