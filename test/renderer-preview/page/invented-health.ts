import { ORPCError, type implement } from '@orpc/server';
import type { contract } from '../../../shared/contract/index.ts';
import type { ChangePlan } from '../../../shared/contract/change.ts';
import type { CheckChange, HostHealth, ScopeChecks } from '../../../shared/contract/health.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { sudoPasswordCodes } from '../../../shared/contract/sudo.ts';
import { HOME_HOSTS } from './invented-hosts.ts';
import { checksOfHost } from '../../../renderer/health/scopes.ts';

const asked = new URLSearchParams(location.search);

const SCOPES: ScopeChecks[] = [
  {
    scope: { kind: 'defaults' },
    watchdog: null,
    checks: [{ 'no-new-failed-units': true }, { 'ping-gateway': true, within: 60 }],
  },
  {
    scope: { kind: 'tag', name: 'web' },
    watchdog: 120,
    checks: [
      { name: 'front page', http: 'https://{address}:8443/', status: 200, contains: 'Welcome', insecure: true },
      { unit: 'nginx' },
    ],
  },
  {
    scope: { kind: 'host', name: 'nas' },
    watchdog: 'off',
    checks: [{ command: ['zpool', 'status', '-x'], timeout: 20 }, { tcp: 445 }],
  },
];
const MANY: ScopeChecks[] = Array.from({ length: 120 }, (_, index) => ({
  scope: { kind: 'host', name: `web-${index}-with-a-rather-long-name.in.the.cellar.example` },
  watchdog: null,
  checks: [{ tcp: 443 }, { http: `http://{address}/a/very/long/path/that/does/not/fit/anywhere/${index}` }],
}));

const WRONG: Problem = {
  code: 'safety-file-wrong',
  title: 'nixstead.toml is wrong: exactly one of these says what is checked: unit, http, tcp',
  evidence: 'hosts.nas.health.1',
  advice: ['Correct it; nothing is deployed without the checks that it may ask for.'],
  place: { file: '/home/sam/homelab/nixstead.toml' },
};

function scopes(): ScopeChecks[] {
  const wanted = asked.get('health');
  if (wanted === 'wrong') throw new ORPCError('PROBLEM', { message: WRONG.title, data: WRONG });
  return wanted === 'none' ? [] : wanted === 'many' ? MANY : SCOPES;
}

function edit({ index }: CheckChange): ChangePlan {
  const before = '[defaults]\nhealth = [\n  { no-new-failed-units = true },\n]\n';
  const line = '  { http = "http://{address}/" },\n';
  const after = index === null ? before.replace(/\]\n$/, `${line}]\n`) : before.replace(/ {2}\{.*\n/, line);
  const file = { path: 'nixstead.toml', from: 'nixstead.toml', before, after, act: 'changed' } as const;
  const id = '00000000-0000-4000-8000-000000000002';
  return { state: 'ready', id, files: [file], isVerified: false, notes: [], module: null };
}

/** What the engine says of a host whose sudo wants a password, until it gets one that is right. */
export function askForSudo(host: string, typed: string | undefined): Problem | null {
  if (asked.get('sudo') === null || (typed !== undefined && typed !== 'wrong')) return null;
  const place = `sam@${host}.lan`;
  const [code, title, evidence] =
    typed === undefined
      ? [sudoPasswordCodes.wanted, `sudo on ${place} asks for a password`, 'sudo: a password is required']
      : [
          sudoPasswordCodes.wrong,
          `The password for sudo on ${place} was not right`,
          'Sorry, try again.\nsudo: 1 incorrect password attempt',
        ];
  const advice = [
    'Try again in the window or at a terminal, and type it there.',
    'Or let the user’s group run commands without one: security.sudo.wheelNeedsPassword = false.',
    'Or deploy as root (targetUser).',
  ];
  return { code, title, evidence, advice, canRetry: true };
}

async function* tryChecks(
  hosts: readonly HostName[],
  isOneCheck: boolean,
  passwords: Readonly<Record<string, string>> = {},
): AsyncGenerator<HostHealth> {
  for (const [number, name] of hosts.entries()) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    const host = HOME_HOSTS.find((each) => each.name === name);
    if (host?.problem) {
      yield { host: name, problem: host.problem, results: [] };
      continue;
    }
    const checks = host === undefined || isOneCheck ? [] : checksOfHost(host, scopes());
    const problem = name === 'nas' || name === 'vpn' ? askForSudo(name, passwords[name]) : null;
    yield {
      host: name,
      problem,
      results: (checks.length > 0 ? checks : [null]).map((_, index) => {
        if (problem !== null && index === Math.max(0, Math.min(2, checks.length - 1))) {
          return { name: `check ${index}`, kind: 'command-there', state: 'waiting', detail: 'it needs root', tries: 0 };
        }
        const isGood = index !== 2 || number % 2 === 0;
        const [state, detail] = isGood ? (['passed', 'HTTP 200'] as const) : (['failed', 'HTTP 502, not 200'] as const);
        return { name: `check ${index}`, kind: 'http', state, detail, tries: 1 };
      }),
    };
    if (asked.get('health') === 'slow' && number > 2) await new Promise<never>(() => undefined);
  }
}

/** Health checks, with answers of some hosts. */
export function healthParts(os: ReturnType<typeof implement<typeof contract>>) {
  return {
    checks: os.deploy.checks.handler(() => scopes()),
    editCheck: os.deploy.editCheck.handler(({ input }) => edit(input)),
    editWatchdog: os.deploy.editWatchdog.handler(({ input: { scope } }) => edit({ scope, index: null, check: null })),
    health: os.deploy.health.handler(({ input }) =>
      tryChecks(input.hosts, input.checks !== undefined, input.sudoPasswords),
    ),
  };
}
