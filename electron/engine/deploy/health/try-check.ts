import type { HealthCheck } from '../../../../shared/contract/health.ts';
import { failedUnitsScript } from '../../fleet/status/probe.ts';
import type { HostSession } from '../host-session.ts';
import { asRoot, type Argv } from '../privilege.ts';
import { tryHttp } from './try-http.ts';
import { runHere } from './run-here.ts';
import { tryTcp } from './try-tcp.ts';
import type { Tried } from './tried.ts';

/** What checks of a host need. */
export interface CheckPlace {
  /** null where there is no way to the host: what is asked there fails then. */
  readonly session: HostSession | null;
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

async function tryThere(
  check: Exclude<HealthCheck, { kind: 'http' | 'tcp' | 'command-here' }>,
  { session, privilege, failedBefore }: CheckPlace,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Tried> {
  if (session === null) return { isGood: false, isUnanswered: true, detail: 'the host cannot be reached' };
  const run = async (argv: Argv): Promise<Tried & { readonly text: string }> => {
    try {
      const { exitCode, stdout, stderr } = await session.exec(argv, { signal, timeoutMs });
      const text = stdout.trim();
      const detail = lastLine(text) || lastLine(stderr.trim()) || `exit ${exitCode ?? 'by a signal'}`;
      return { isGood: exitCode === 0, detail, exitCode, text };
    } catch (error) {
      if (signal.aborted) throw error;
      const detail = error instanceof Error ? error.message : String(error);
      return { isGood: false, isUnanswered: true, detail, text: '' };
    }
  };
  switch (check.kind) {
    case 'unit':
      return withoutExitCode(await run(['systemctl', 'is-active', '--', check.unit]));
    case 'failed-units': {
      const { text, ...tried } = await run(['sh', '-c', failedUnitsScript]);
      if (!tried.isGood) return withoutExitCode(tried);
      const units = text.split('\n').filter((unit) => unit !== '');
      const fresh = units.filter((unit) => !failedBefore.includes(unit));
      return { isGood: fresh.length === 0, detail: fresh.length === 0 ? 'none' : `${fresh.join(', ')} failed` };
    }
    case 'gateway':
      return withoutExitCode(await run(['sh', '-c', pingGateway]));
    case 'command-there':
      return run(asRoot(privilege, check.argv));
  }
}

/** Only the exit code of somebody's own command is theirs to know. */
function withoutExitCode({ isGood, isUnanswered = false, detail }: Tried): Tried {
  return { isGood, isUnanswered, detail };
}

function lastLine(text: string): string {
  return (text.split('\n').at(-1) ?? '').slice(0, 300);
}
