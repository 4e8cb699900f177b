import { findProgram } from './terminal.ts';

/**
 * Runs a program whose output goes through a pipe, while /dev/tty stays the terminal that this shell was started on. The
 * terminal shows nothing of what is typed, from before the program could ask. Interrupts are left to the program. What it
 * leaves behind is ended: deploy-rs does not end the ssh that waits for an activation which has failed by then.
 */
const script = `
stty -echo -opost
trap : INT TERM
exec 4>&1
code=$(
  trap : INT TERM
  {
    {
      trap : INT TERM
      "$@" </dev/null 2>&1 3>&- 4>&-
      echo "$?" >&3
      kill -s TERM -- "-$$"
    } | {
      trap '' INT TERM
      exec cat >&4 3>&-
    }
  } 3>&1
)
exit "$code"
`;

/**
 * The words of a program that is on a terminal for its questions alone.
 * @throws ProblemError `program-missing`
 */
export function questionsAlone({
  argv: [name, ...words],
  cwd,
  env,
}: {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}): readonly [string, ...string[]] {
  return ['/bin/sh', '-c', script, 'sh', findProgram(name, cwd, env['PATH'] ?? ''), ...words];
}
