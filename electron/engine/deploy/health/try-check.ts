import type { HealthCheck } from '../../../../shared/contract/health.ts';
import type { SshSession } from '../../ssh/session.ts';
import { asRoot, type Argv } from '../privilege.ts';
import { tryHttp } from './try-http.ts';
import { runHere } from './run-here.ts';
import { tryTcp } from './try-tcp.ts';

/** What one try came to; `detail` is a short proof. */
export interface Tried {
  readonly isGood: boolean;
  readonly detail: string;
  /** For a command: as it was run, and how it ended. */
  readonly exitCode?: number | null;
}

/** What checks of a host need. */
export interface CheckPlace {
  /** null where there is no way to the host: what is asked there fails then. */
  readonly session: SshSession | null;
  readonly privilege: readonly string[];
  /** Units that were failed before anything was changed. */
  readonly failedBefore: readonly string[];
  /** Where commands run on this computer. */
  readonly fleetFolder: string;
}

/** Tries a check once. Never throws but for an abort of `signal`. */
export async function tryCheck(check: HealthCheck, place: CheckPlace, signal: AbortSignal): Promise<Tried> {
  const timeoutMs = check.timeoutSeconds * 1000;
  switch (check.kind) {
    case 'http':
      return tryHttp(check, timeoutMs, signal);
    case 'tcp':
      return tryTcp(check.host, check.port, timeoutMs, signal);
    case 'command-here':
      return runHere(check.argv, place.fleetFolder, timeoutMs, signal);
    default:
      return tryThere(check, place, timeoutMs, signal);
  }
}

/** The gateway of the default route answers to one ping; without a gateway there is nothing that could be lost. */
const pingGateway = `
gateway=$(ip route show default | sed -n 's/.* via \\([^ ]*\\).*/\\1/p' | head -n 1)
if [ -z "$gateway" ]; then echo 'it has no gateway'; exit 1; fi
if ping -c 1 -W 2 "$gateway" >/dev/null 2>&1; then echo "$gateway answers"; else echo "$gateway does not answer"; exit 1; fi
`;
const listFailed = ['systemctl', 'list-units', '--state=failed', '--plain', '--no-legend', '--no-pager', '--full'];

async function tryThere(
  check: Exclude<HealthCheck, { kind: 'http' | 'tcp' | 'command-here' }>,
  { session, privilege, failedBefore }: CheckPlace,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Tried> {
  if (session === null) return { isGood: false, detail: 'the host cannot be reached' };
  const run = async (argv: Argv): Promise<Tried & { text: string }> => {
    try {
      const { exitCode, stdout, stderr } = await session.exec(argv, { signal, timeoutMs });
      const text = stdout.trim();
      const detail = lastLine(text) || lastLine(stderr.trim()) || `exit ${exitCode ?? 'by a signal'}`;
      return { isGood: exitCode === 0, detail, exitCode, text };
    } catch (error) {
      if (signal.aborted) throw error;
      return { isGood: false, detail: error instanceof Error ? error.message : String(error), text: '' };
    }
  };
  switch (check.kind) {
    case 'unit': {
      const { isGood, detail } = await run(['systemctl', 'is-active', '--', check.unit]);
      return { isGood, detail };
    }
    case 'failed-units': {
      const [program = '', ...rest] = listFailed;
      const { isGood, detail, text } = await run([program, ...rest]);
      if (!isGood) return { isGood, detail };
      const units = text.split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || []);
      const fresh = units.filter((unit) => !failedBefore.includes(unit));
      return { isGood: fresh.length === 0, detail: fresh.length === 0 ? 'none' : `${fresh.join(', ')} failed` };
    }
    case 'gateway': {
      const { isGood, detail } = await run(['sh', '-c', pingGateway]);
      return { isGood, detail };
    }
    case 'command-there': {
      const { isGood, detail, exitCode } = await run(asRoot(privilege, check.argv));
      return { isGood, detail, exitCode };
    }
  }
}

function lastLine(text: string): string {
  return (text.split('\n').at(-1) ?? '').slice(0, 300);
}
