/** What a deploying program does with a host. `keys`: secrets that it uploads itself; `reboot`: that it waits for. */
export type ToolStage = 'evaluate' | 'build' | 'copy' | 'keys' | 'activate' | 'reboot';

export type ToolEvent =
  | { readonly type: 'begins'; readonly stage: ToolStage }
  | { readonly type: 'done'; readonly stage: ToolStage; readonly system?: string }
  | { readonly type: 'failed'; readonly stage: ToolStage; readonly reason: string; readonly exitCode: number | null }
  /** So many derivations or paths are still to come. */
  | { readonly type: 'expected'; readonly of: 'derivations' | 'paths'; readonly count: number }
  /** One is there, or on its way; `stage`: what that means to have begun. */
  | { readonly type: 'counted'; readonly of: 'derivations' | 'paths'; readonly stage?: ToolStage }
  /** It has put back what ran before, by itself. */
  | { readonly type: 'went-back'; readonly reason: string }
  /** It began to, and could not: the host is between the two. */
  | { readonly type: 'not-back'; readonly reason: string }
  | { readonly type: 'nothing-selected' }
  /** The program as a whole gives up. */
  | { readonly type: 'stopped'; readonly reason: string };

/** One line of a program's output. */
export interface ToolLine {
  /** null: the line names no single host. */
  readonly host: string | null;
  /** Without the frame that the program puts around what others say. */
  readonly text: string;
  readonly event: ToolEvent | null;
  /** True for what a program repeats at its end, or says of itself: nothing that explains a host. */
  readonly isAside: boolean;
}

export type ReadToolLine = (line: string) => ToolLine;

const willBeBuilt = /^(?:these (\d+) derivations|this derivation) will be built:$/;
const willBeCopied = /^copying (\d+) paths\.\.\.$/;

/** Lines of nix itself as it prints them for people, below every one of the programs. */
export function readNixLine(text: string): ToolEvent | null {
  const built = willBeBuilt.exec(text);
  if (built) return { type: 'expected', of: 'derivations', count: Number(built[1] ?? 1) };
  const copied = willBeCopied.exec(text);
  if (copied) return { type: 'expected', of: 'paths', count: Number(copied[1]) };
  if (/^building '\/nix\/store\/[^']+\.drv'/.test(text)) return { type: 'counted', of: 'derivations' };
  if (/^copying path '\/nix\/store\/[^']+' (?:to|from) /.test(text)) return { type: 'counted', of: 'paths' };
  return null;
}

/** The exit status that a program tells of one below it; null where it tells none. */
export function exitCodeIn(reason: string): number | null {
  const code = /(?:error code:|exit code: Some\(|exit status) ?(\d+)/.exec(reason)?.[1];
  return code === undefined ? null : Number(code);
}
