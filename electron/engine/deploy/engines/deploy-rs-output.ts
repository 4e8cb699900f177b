import { plainText } from '../../nix/terminal-text.ts';
import { exitCodeIn, readNixLine, type ToolEvent, type ToolLine, type ToolStage } from './tool-line.ts';

/**
 * What deploy-rs prints (serokell/deploy-rs: src/lib.rs, src/cli.rs, src/push.rs, src/deploy.rs, src/bin/activate.rs): a
 * sign, the level's sign, the part that speaks, the level, the text. `activate`, `wait` and `revoke` run on the host.
 */
const logged = /^\P{ASCII}+ \P{ASCII}+ \[(deploy|activate|wait|revoke)\] \[(\w+)\] (.*)$/u;

const beginnings: readonly (readonly [RegExp, ToolStage])[] = [
  [/^(?:Running checks for|Evaluating) flake in /, 'evaluate'],
  [/^Building profile `[^`]+` for node `([^`]+)`/, 'build'],
  [/^Copying profile `[^`]+` to node `([^`]+)`/, 'copy'],
  [/^Activating profile `[^`]+` for node `([^`]+)`/, 'activate'],
];
const failures: readonly (readonly [RegExp, ToolStage])[] = [
  [
    /^(?:Failed to evaluate deployment data|Failed to check deployment|Evaluation resulted|Nix checking command)/,
    'evaluate',
  ],
  [/^Failed to build profile|^Nix build command resulted/, 'build'],
  [/^Failed to push profile|^Nix copy command resulted/, 'copy'],
  [
    /^(?:Activating over SSH|Waiting over SSH|Error confirming|Confirming activation|Failed to run activation|The activation script|The command for setting profile|Failed to get activation confirmation|Deployment to node|Failed to deploy profile)/,
    'activate',
  ],
];
const confirmed = /^(?:Deployment confirmed\.|Success activating, done!|Success activating for next boot, done!)$/;
/** It runs what the generation before calls `deploy-rs-activate`, which one that something else made does not have. */
const notBack = /^There was an error de-activating after an error was encountered: /;
const wentBack = /^(?:De-activating due to error|Attempting to re-activate the last generation)$/;

/** Reads one line, of its own or of nix below it. */
export function readDeployRsLine(line: string): ToolLine {
  const text = plainText(line).trimEnd();
  const log = logged.exec(text);
  if (!log) return { host: null, text, event: readNixLine(text), isAside: false };
  const [, part = '', level = '', said = ''] = log;
  if (part === 'activate' || part === 'revoke') {
    if (wentBack.test(said))
      return { host: null, text: said, event: { type: 'went-back', reason: said }, isAside: false };
    if (notBack.test(said))
      return { host: null, text: said, event: { type: 'not-back', reason: said }, isAside: false };
  }
  if (level === 'ERROR') return { host: hostIn(said), text: said, event: failure(said), isAside: false };
  if (part !== 'deploy') return { host: null, text: said, event: null, isAside: level !== 'WARN' };
  if (confirmed.test(said))
    return { host: null, text: said, event: { type: 'done', stage: 'activate' }, isAside: true };
  for (const [pattern, stage] of beginnings) {
    const found = pattern.exec(said);
    if (found) return { host: found[1] ?? null, text: said, event: { type: 'begins', stage }, isAside: true };
  }
  return { host: null, text: said, event: null, isAside: level === 'INFO' };
}

function failure(said: string): ToolEvent {
  const stage = failures.find(([pattern]) => pattern.test(said))?.[1];
  if (stage === undefined) return { type: 'stopped', reason: said };
  return { type: 'failed', stage, reason: said, exitCode: exitCodeIn(said) };
}

function hostIn(said: string): string | null {
  return /(?:on|to) node (\S+?)(?::| failed)/.exec(said)?.[1] ?? null;
}
