import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FleetView } from '../../../../shared/contract/fleet.ts';
import { host as hostSchema, type HostStatus } from '../../../../shared/contract/host.ts';
import { fleetId, hostName, jobId } from '../../../../shared/contract/ids.ts';
import { statesOf } from '../../../../shared/fleet/selection.ts';
import {
  reachabilityOf,
  unaskedStatus,
  type Answer,
  type AskHost,
} from '../../../../electron/engine/fleet/status/ask.ts';
import { FleetStatus, Limit, statusOf } from '../../../../electron/engine/fleet/status/fleet-status.ts';
import { openHome } from '../../../../electron/engine/home.ts';
import { openStore, type Store } from '../../../../electron/engine/store/open.ts';
import {
  failedUnitsScript,
  parseProbe,
  probeScript,
  type MachineFacts,
} from '../../../../electron/engine/fleet/status/probe.ts';

const facts: MachineFacts = {
  currentSystem: '/nix/store/a-nixos-system',
  bootedSystem: '/nix/store/a-nixos-system',
  profileSystem: '/nix/store/a-nixos-system',
  generation: 7,
  nixosVersion: '25.11',
  failedUnits: [],
  hasNix: true,
  needsReboot: false,
};
const online: Answer = { reachability: 'online', facts, problem: null };
const offline: Answer = {
  reachability: 'offline',
  facts: null,
  problem: { code: 'ssh-timeout', title: 'It does not answer', evidence: '', advice: [] },
};

const makeHost = (name: string) =>
  hostSchema.parse({
    name,
    system: 'x86_64-linux',
    tags: [],
    target: { host: name, user: 'root', port: null },
    sources: ['nixosConfigurations'],
    buildOnTarget: false,
    allowLocalDeployment: false,
    privilegeCommand: [],
    sshOptions: [],
    keys: [],
    replaceUnknownProfiles: true,
    deployRs: null,
    problem: null,
  });

const homeFleet = fleetId.parse('0123456789abcdef');

function makeView(names: readonly string[]): FleetView {
  const place = { path: '/home/fleet', folder: '/home/fleet', ref: 'path:/home/fleet', remote: null };
  const fleet = { id: homeFleet, name: 'home', fingerprint: 'now', ...place };
  const facts = { description: null, kinds: [], git: null, evaluatedAt: 0, fromCache: false, problems: [] };
  return { fleet: { ...fleet, ...facts }, hosts: names.map(makeHost) };
}

const folders: string[] = [];
const stores: Store[] = [];
afterEach(() => {
  for (const store of stores.splice(0)) store[Symbol.dispose]();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A store of its own; `seconds` between questions. */
function makeStore(seconds = 0): Store {
  const folder = mkdtempSync(join(tmpdir(), 'nixstead-status-'));
  folders.push(folder);
  const { store } = openStore(openHome({ NIXSTEAD_HOME: folder }));
  stores.push(store);
  store.settings.set({ statusIntervalSeconds: seconds });
  return store;
}

function makeStatus(names: readonly string[], ask: AskHost, store = makeStore(), places = 8) {
  let now = 1_000_000;
  return new FleetStatus(makeView(names), { store, ask, now: () => (now += 1) }, new Limit(places));
}

/** Reads an iteration to its end. */
async function drained(events: AsyncIterable<unknown>): Promise<void> {
  for await (const event of events) void event;
}

describe('what a machine says of itself', () => {
  it('is read from one answer', () => {
    const output = [
      'Welcome to nas!',
      'current\t/nix/store/c-nixos-system',
      'booted\t/nix/store/b-nixos-system',
      'profile\t/nix/store/c-nixos-system',
      'generation\tsystem-42-link',
      'version\t25.11.20260101.abcdef0',
      'nix\tyes',
      'reboot\tyes',
      'failed\tnginx.service',
      'failed\tbackup@home.service',
      'end\tyes',
      '',
    ].join('\n');
    expect(parseProbe(output)).toEqual({
      currentSystem: '/nix/store/c-nixos-system',
      bootedSystem: '/nix/store/b-nixos-system',
      profileSystem: '/nix/store/c-nixos-system',
      generation: 42,
      nixosVersion: '25.11.20260101.abcdef0',
      failedUnits: ['nginx.service', 'backup@home.service'],
      hasNix: true,
      needsReboot: true,
    });
  });

  it('tells what became of a system that is tried at one boot', () => {
    const pending = (word: string) => parseProbe(`next\t${word}\nend\tyes`)?.pendingBoot;
    expect(['waiting', 'up', 'went-back'].map(pending)).toEqual(['waiting', 'up', 'went-back']);
    expect([pending(''), pending('odd')]).toEqual([undefined, undefined]);
  });

  it('tells of the system in a profile that is made around it', () => {
    const inner = (system: string) => parseProbe(`profile\t/nix/store/p\ninner\t${system}\nend\tyes`)?.innerSystem;
    expect([inner('/nix/store/p'), inner(''), inner('/nix/store/s')]).toEqual([undefined, undefined, '/nix/store/s']);
  });

  it('tells that keys are missed', () => {
    expect(parseProbe('keys\tgone\nend\tyes')?.areKeysGone).toBe(true);
    expect(parseProbe('end\tyes')).not.toHaveProperty('areKeysGone');
  });

  it('is nothing where the answer is cut short', () => {
    expect(parseProbe('current\t/nix/store/c\ngeneration\tsystem-4')).toBeNull();
    expect(parseProbe('')).toBeNull();
  });

  it.each(['sh', 'bash', 'dash'])('the script runs in %s on a machine that is no NixOS', (shell) => {
    const output = execFileSync(shell, ['-c', probeScript], { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } });
    const read = parseProbe(output);
    expect(read).toMatchObject({ generation: null, needsReboot: false });
  });
});

describe('a host’s status', () => {
  const before = statusOf(unaskedStatus(hostName.parse('nas')), online, 10);

  it('is what it said last', () => {
    expect(before).toMatchObject({ reachability: 'online', checkedAt: 10, generation: 7, needsReboot: false });
    expect(before).not.toHaveProperty('hasNix');
  });

  it('keeps what it said when it no longer answers, with the reason', () => {
    const after = statusOf(before, offline, 20);
    expect(after).toMatchObject({
      reachability: 'offline',
      checkedAt: 20,
      generation: 7,
      problem: { code: 'ssh-timeout' },
    });
  });

  it.each([
    ['ssh-host-key-changed', 'key-changed'],
    ['ssh-denied', 'denied'],
    ['ssh-host-key-unknown', 'unknown'],
    ['ssh-timeout', 'offline'],
    ['ssh-unknown-name', 'offline'],
    ['host-without-target', 'unknown'],
  ])('the problem %s means %s', (code, reachability) => {
    expect(reachabilityOf({ code, title: '', evidence: '', advice: [] })).toBe(reachability);
  });

  it('gives the states that selections know', () => {
    const states = (change: Partial<HostStatus>) => statesOf({ ...before, ...change });
    const well = { reachable: true, outdated: null, failed: false, reboot: false };
    expect(states({})).toEqual(well);
    expect(states({ reachability: 'offline' })).toEqual({ ...well, reachable: false });
    expect(states({ reachability: 'checking' })).toEqual({ ...well, reachable: null });
    expect(states({ failedUnits: ['a.service'] })).toEqual({ ...well, failed: true });
    expect(states({ needsReboot: true })).toEqual({ ...well, reboot: true });
    expect(states({ wantedSystem: '/nix/store/wanted' })).toEqual({ ...well, outdated: true });
    expect(states({ wantedSystem: before.currentSystem })).toEqual({ ...well, outdated: false });
    const unheard = { reachable: null, outdated: null, failed: null, reboot: null };
    expect(statesOf({ ...unaskedStatus(hostName.parse('pi')), wantedSystem: '/nix/store/wanted' })).toEqual(unheard);
  });
});

describe('watching a fleet', () => {
  it('tells what the fleet would run, as far as it was evaluated for the files as they are', () => {
    const [nas, pi] = [hostName.parse('nas'), hostName.parse('pi')];
    const store = makeStore();
    store.evaluatedHosts.saveSystems({ fleetId: homeFleet, fingerprint: 'now' }, [
      { host: nas, system: '/nix/store/new' },
    ]);
    store.evaluatedHosts.saveSystems({ fleetId: homeFleet, fingerprint: 'then' }, [
      { host: pi, system: '/nix/store/old' },
    ]);
    using status = makeStatus(['nas', 'pi'], () => Promise.resolve(offline), store);
    expect(status.snapshot().map((each) => each.wantedSystem)).toEqual(['/nix/store/new', null]);
  });

  it('gives at once what is remembered, asks every host, and tells what they said', async () => {
    const nas = hostName.parse('nas');
    const store = makeStore();
    store.hostFacts.save(homeFleet, statusOf(unaskedStatus(nas), online, 10));
    const job = { id: jobId.parse('20260101-000000-abcdef'), kind: 'deploy', title: 'Switch nas', fleetId: homeFleet };
    store.jobs.admit({ ...job, hosts: [{ name: nas, address: null }], spec: {}, queuedAt: 1 }, () => undefined);
    const ending = { state: 'failed', startedAt: 2, endedAt: 5, stepsDone: 0, stepsTotal: 1, outcomes: {} } as const;
    store.jobs.finish(job.id, ending);
    using status = makeStatus(['nas', 'pi'], () => Promise.resolve(offline), store);
    const seen: HostStatus[][] = [];
    for await (const statuses of status.watch()) {
      seen.push(statuses);
      if (statuses.every((each) => each.reachability === 'offline')) break;
    }
    expect(seen[0]?.map((each) => [each.name, each.reachability])).toEqual([
      ['nas', 'online'],
      ['pi', 'unknown'],
    ]);
    expect(seen[0]?.[0]?.lastDeploy).toMatchObject({ state: 'failed', at: 5 });
    expect(store.hostFacts.get(homeFleet, hostName.parse('pi'))?.reachability).toBe('offline');
  });

  it('asks a limited number of hosts at once, and each host once however many watch', async () => {
    let asking = 0;
    let most = 0;
    let asked = 0;
    const ask: AskHost = async () => {
      asked++;
      most = Math.max(most, ++asking);
      await new Promise(setImmediate);
      asking--;
      return online;
    };
    const names = Array.from({ length: 20 }, (_, index) => `h${index}`);
    using status = makeStatus(names, ask, undefined, 3);
    await Promise.all([
      status.refresh(),
      status.refresh(),
      status.refresh(names.slice(0, 2).map((n) => hostName.parse(n))),
    ]);
    expect([most, asked]).toEqual([3, 20]);
  });

  it('asks again on its timer while somebody watches, and not after', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let asked = 0;
    const ask: AskHost = () => {
      asked++;
      return Promise.resolve(online);
    };
    using status = makeStatus(['nas'], ask, makeStore(30));
    const abort = new AbortController();
    const watched = drained(status.watch(abort.signal));
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(3);
    abort.abort();
    await watched;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(asked).toBe(3);
  });

  it('an aborted watch ends, and an engine that closes breaks off its questions', async () => {
    const ask: AskHost = (_, signal) =>
      new Promise((__, reject) => signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))));
    const status = makeStatus(['nas'], ask);
    const abort = new AbortController();
    const watched = drained(status.watch(abort.signal));
    const asked = status.refresh();
    abort.abort();
    await watched;
    status[Symbol.dispose]();
    await asked;
  });

  it('an answer that comes after the engine has closed its store harms nothing', async () => {
    const answer = Promise.withResolvers<Answer>();
    const store = makeStore(30);
    const status = makeStatus(['nas'], () => answer.promise, store);
    const watched = drained(status.watch());
    const asked = status.refresh();
    status[Symbol.dispose]();
    store[Symbol.dispose]();
    answer.resolve(online);
    await Promise.all([asked, watched]);
  });

  it('a question that fails unexpectedly is shown at the host and harms nothing', async () => {
    using status = makeStatus(['nas'], () => Promise.reject(new Error('a bug')));
    await status.refresh();
    expect(status.snapshot()[0]?.problem).toMatchObject({ code: 'internal-error' });
  });
});

it('calls failed what NixOS calls so: also a service that failed and waits to be started anew', () => {
  const systemctl = `
systemctl() {
  case $1 in
    list-units)
      echo 'a.service loaded failed failed A unit'
      echo 'b.service loaded activating auto-restart B unit'
      echo 'c.service loaded activating auto-restart C unit'
      ;;
    show) if [ "$4" = b.service ] || [ "$5" = b.service ]; then echo 1; else echo 0; fi ;;
  esac
}
`;
  const list = (script: string): string => execFileSync('sh', ['-c', script], { encoding: 'utf8' });
  expect(list(systemctl + failedUnitsScript)).toBe('a.service\nb.service\n');
  expect(list(`systemctl() { :; }${failedUnitsScript}`)).toBe('');
  expect(() => list(`systemctl() { return 1; }${failedUnitsScript}`)).toThrow();
  // Within the probe it is about this machine, which says whatever it says.
  expect(parseProbe(list(probeScript))).not.toBe(null);
});
