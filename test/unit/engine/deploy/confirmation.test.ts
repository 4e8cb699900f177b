import { expect, test } from 'vitest';
import { confirm } from '../../../../electron/engine/deploy/confirmation.ts';
import { HostHealth } from '../../../../electron/engine/deploy/health/host-health.ts';
import type { HostLink, HostSession } from '../../../../electron/engine/deploy/host-session.ts';
import { HostSteps } from '../../../../electron/engine/deploy/host-steps.ts';
import { Watchdog } from '../../../../electron/engine/deploy/watchdog.ts';
import { hostName } from '../../../../shared/contract/ids.ts';

const host = hostName.parse('nas');
const { signal } = new AbortController();
const context = {
  emit: () => undefined,
  log: () => undefined,
  onDecision: () => ({ [Symbol.dispose]: () => undefined }),
  signal,
};

/** Why a host went back by itself that answered in time, where its one check came to `exitCode`. */
async function causeWith(exitCode: number): Promise<string> {
  const session: HostSession = {
    place: 'nas',
    isOpen: true,
    isRoot: true,
    exec: async (argv) => {
      const text = argv.join(' ');
      const isCheck = text === 'is-well';
      const stdout = isCheck ? '' : text.includes('/run/nixstead/it') ? 'it watchdog reverted 0\n' : 'end\tyes\n';
      return { exitCode: isCheck ? exitCode : 0, signal: null, stdout, stderr: '' };
    },
    [Symbol.dispose]: () => undefined,
  };
  const link: HostLink = {
    target: null,
    place: 'nas',
    current: session,
    open: async () => session,
    reopen: async () => session,
    [Symbol.dispose]: () => undefined,
  };
  const activation = {
    folder: '/run/nixstead/it',
    unit: 'it',
    system: '/nix/store/new',
    goal: 'switch',
    profile: null,
    toGeneration: null,
    watchdogSeconds: 30,
    nonce: 'it',
  } as const;
  using watchdog = new Watchdog({ context, host, link, privilege: [], activation });
  watchdog.armed();
  const trying = { afterSeconds: 0, withinSeconds: 0, everySeconds: 1, timeoutSeconds: 5 };
  const confirmed = await confirm({
    host,
    link,
    steps: new HostSteps(context, host, ['confirm']),
    watchdog,
    health: new HostHealth({
      context,
      host,
      checks: [{ ...trying, name: 'well', kind: 'command-there', argv: ['is-well'] }],
      place: { privilege: [], fleetFolder: '/' },
      known: { units: [], checks: [] },
    }),
    status: { state: 'switch', exitCode: 0 },
    known: null,
    signal,
  });
  if (confirmed.end !== 'reverted') throw new Error(confirmed.end);
  return confirmed.cause;
}

test('a host whose checks passed too late did not fail them', async () => {
  expect([await causeWith(0), await causeWith(1)]).toEqual(['late', 'health']);
});
