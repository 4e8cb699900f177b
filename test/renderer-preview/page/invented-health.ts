import { ORPCError, type implement } from '@orpc/server';
import type { contract } from '../../../shared/contract/index.ts';
import type { ChangePlan } from '../../../shared/contract/change.ts';
import type { CheckChange, HostHealth, ScopeChecks } from '../../../shared/contract/health.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
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

async function* tryChecks(hosts: readonly HostName[]): AsyncGenerator<HostHealth> {
  for (const [number, name] of hosts.entries()) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    const host = HOME_HOSTS.find((each) => each.name === name);
    if (host?.problem) {
      yield { host: name, problem: host.problem, results: [] };
      continue;
    }
    const checks = host === undefined ? [] : checksOfHost(host, scopes());
    yield {
      host: name,
      problem: null,
      results: (checks.length > 0 ? checks : [null]).map((_, index) => {
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
    health: os.deploy.health.handler(({ input }) => tryChecks(input.hosts)),
  };
}
