import { describe, expect, test } from 'vitest';
import {
  describeState,
  endOf,
  isGoodEnd,
  jobStateOf,
  judgeActivation,
  judgeReverted,
  mayBeChanged,
  whyNothingToDo,
  type Evidence,
} from '../../../../electron/engine/deploy/verdict.ts';
import { noSwitchProgress } from '../../../../electron/engine/deploy/switch-output.ts';
import type { MachineFacts } from '../../../../electron/engine/fleet/status/probe.ts';
import type { HostOutcome } from '../../../../shared/contract/job.ts';

const before: MachineFacts = {
  currentSystem: '/nix/store/old',
  bootedSystem: '/nix/store/old',
  profileSystem: '/nix/store/old',
  generation: 3,
  nixosVersion: '25.11',
  failedUnits: ['was-broken.service'],
  hasNix: true,
  needsReboot: false,
};
const after: MachineFacts = {
  ...before,
  currentSystem: '/nix/store/new',
  profileSystem: '/nix/store/new',
  generation: 4,
};

const evidence = (changes: Partial<Evidence> = {}): Evidence => ({
  host: 'nas',
  goal: 'switch',
  system: '/nix/store/new',
  before,
  after,
  status: { state: 'switch', exitCode: 0 },
  progress: noSwitchProgress,
  lastLines: 'the last line',
  unhealthy: [],
  ...changes,
});
const judge = (changes: Partial<Evidence> = {}) => judgeActivation(evidence(changes));

describe('a host is judged by what it says', () => {
  test('switched where it runs and boots the new system', () => {
    const progress = { ...noSwitchProgress, restarted: ['a.service'] };
    expect(judge({ progress })).toEqual({
      outcome: { state: 'succeeded', generation: 4, system: '/nix/store/new' },
      note: 'generation 4, 1 restarted',
    });
  });

  test('not switched where it runs another system, whatever the exit code says', () => {
    const { outcome } = judge({ after: { ...after, currentSystem: '/nix/store/old' } });
    expect(outcome).toMatchObject({
      state: 'failed',
      system: '/nix/store/old',
      error: {
        code: 'deploy-not-switched',
        evidence: 'nas runs the system from before and boots the new one (generation 4).',
      },
    });
  });

  test('switched with failures after exit 4, with the units by name', () => {
    const progress = { ...noSwitchProgress, failed: ['nginx.service'] };
    const { outcome, note } = judge({ status: { state: 'switch', exitCode: 4 }, progress });
    expect(note).toBe('nginx.service failed');
    expect(outcome).toMatchObject({
      state: 'switched-with-failures',
      generation: 4,
      error: {
        code: 'deploy-units-failed',
        title: 'nas was switched, and a unit failed: nginx.service',
        advice: ['Look at its log on nas: journalctl -u nginx.service -b'],
      },
    });
  });

  test('switched with failures where a unit failed that ran before, also after exit 0', () => {
    const failedUnits = ['was-broken.service', 'late.service'];
    expect(judge({ after: { ...after, failedUnits } }).outcome).toMatchObject({
      state: 'switched-with-failures',
      failedUnits: ['late.service'],
      error: { title: 'nas was switched, and a unit failed: late.service' },
    });
  });

  test('units that had failed before are no failure of the switch, also where they fail again', () => {
    const again = { ...after, failedUnits: before.failedUnits };
    expect(judge({ after: again }).outcome.state).toBe('succeeded');
    // It starts them anew, and ends with 4 for whatever is failed at the end.
    const progress = { ...noSwitchProgress, failed: ['was-broken.service'] };
    const status = { state: 'switch', exitCode: 4 } as const;
    expect(judge({ status, progress, after: again })).toMatchObject({
      outcome: { state: 'succeeded', generation: 4 },
      note: 'generation 4, was-broken.service failed as before',
    });
    expect(isGoodEnd(status, { before, progress })).toBe(true);
    const more = { ...progress, failed: ['was-broken.service', 'nginx.service'] };
    expect(judge({ status, progress: more, after: again }).outcome).toMatchObject({
      state: 'switched-with-failures',
      error: { title: 'nas was switched, and a unit failed: nginx.service' },
    });
    expect(isGoodEnd(status, { before, progress: more })).toBe(false);
  });

  test('exit 4 that no such unit explains is a failure', () => {
    const status = { state: 'switch', exitCode: 4 } as const;
    expect(judge({ status }).outcome).toMatchObject({
      state: 'switched-with-failures',
      error: { title: 'nas was switched, and something failed that has no name (exit 4)' },
    });
    const otherFailures = ['user activation for ann failed'];
    const progress = { ...noSwitchProgress, failed: ['was-broken.service'], otherFailures };
    expect(judge({ status, progress }).outcome).toMatchObject({
      state: 'switched-with-failures',
      error: { title: 'nas was switched, and user activation for ann failed' },
    });
    expect(isGoodEnd(status, { before, progress })).toBe(false);
  });

  test('an activation script that failed is told, also where the exit status tells of units', () => {
    const progress = { ...noSwitchProgress, failed: ['was-broken.service'], hasActivationFailed: true };
    expect(endOf({ state: 'switch', exitCode: 4 }, progress)).toEqual({ state: 'switch', exitCode: 2 });
    expect(endOf({ state: 'switch', exitCode: 4 }, noSwitchProgress)).toEqual({ state: 'switch', exitCode: 4 });
    expect(endOf({ state: 'died', exitCode: 0 }, progress)).toEqual({ state: 'died', exitCode: 0 });
  });

  test('failed after exit 2, with what it runs now', () => {
    expect(judge({ status: { state: 'switch', exitCode: 2 } }).outcome).toMatchObject({
      state: 'failed',
      system: '/nix/store/new',
      error: {
        code: 'deploy-activation-failed',
        title: 'The activation script failed on nas',
        evidence: 'the last line',
        advice: expect.arrayContaining(['nas runs the new system and boots it (generation 4).']),
      },
    });
  });

  test('failed where the profile could not be set', () => {
    const { outcome } = judge({ status: { state: 'profile', exitCode: 1 }, after: before });
    expect(outcome).toMatchObject({ state: 'failed', error: { code: 'deploy-profile-not-set' } });
  });

  test('failed where the activation left no result', () => {
    const { outcome } = judge({ status: { state: 'died', exitCode: 0 } });
    expect(outcome).toMatchObject({ state: 'failed', error: { code: 'deploy-activation-died', canRetry: true } });
  });

  test('succeeded where the profile is what an engine made of the system, whether the system is found in it or not', () => {
    const profile = '/nix/store/activatable-new';
    for (const is of [{ profilePath: profile }, { profileSystem: profile }]) {
      expect(judge({ profile, after: { ...after, ...is } }).outcome.state).toBe('succeeded');
    }
    const { outcome } = judge({ profile, after: { ...after, profileSystem: '/nix/store/old' } });
    expect(outcome).toMatchObject({ state: 'failed', error: { code: 'deploy-not-switched' } });
  });

  test('boot asks for the profile alone, test for the running system alone', () => {
    const bootsIt = { ...after, currentSystem: '/nix/store/old' };
    const runsIt = { ...after, profileSystem: '/nix/store/old', generation: 3 };
    expect(judge({ goal: 'boot', after: bootsIt })).toMatchObject({
      outcome: { state: 'succeeded' },
      note: 'generation 4, at the next boot',
    });
    expect(judge({ goal: 'boot', after: runsIt }).outcome.state).toBe('failed');
    expect(judge({ goal: 'test', after: runsIt })).toMatchObject({
      outcome: { state: 'succeeded' },
      note: 'until the next boot',
    });
    expect(judge({ goal: 'test', after: bootsIt }).outcome.state).toBe('failed');
  });

  test('a new kernel asks for a reboot', () => {
    expect(judge({ after: { ...after, needsReboot: true } }).note).toBe('generation 4, reboot to use its kernel');
  });
});

describe('nothing to do', () => {
  const wants = (goal: Parameters<typeof whyNothingToDo>[0], facts: Partial<MachineFacts>, wrapped?: string) =>
    whyNothingToDo(goal, '/nix/store/new', { ...before, ...facts }, wrapped);
  const runs = { currentSystem: '/nix/store/new' };
  const boots = { profileSystem: '/nix/store/new' };

  test('for a switch only where the host runs and boots the system', () => {
    expect(wants('switch', { ...runs, ...boots })).toBe('runs this system already (generation 3)');
    expect(wants('switch', runs)).toBe(null);
    expect(wants('switch', boots)).toBe(null);
  });
  test('for a switch also where the profile is more than the system, but for an engine that wants its own', () => {
    const isIn = { ...runs, ...boots, profilePath: '/nix/store/activatable-new' };
    expect(wants('switch', isIn)).not.toBe(null);
    expect(wants('switch', isIn, '/nix/store/activatable-new')).not.toBe(null);
    expect(wants('switch', { ...runs, ...boots }, '/nix/store/activatable-new')).toBe(null);
    expect(wants('switch', isIn, '/nix/store/activatable-other')).toBe(null);
  });
  test('for the other goals where they are reached', () => {
    expect(wants('boot', boots)).not.toBe(null);
    expect(wants('boot', runs)).toBe(null);
    expect(wants('boot', { ...boots, pendingBoot: 'waiting' })).toContain('tries this system at its next boot');
    expect(wants('switch', { ...runs, ...boots, pendingBoot: 'waiting' })).toBe(null);
    expect(wants('test', runs)).not.toBe(null);
    expect(wants('dry-activate', runs)).not.toBe(null);
    expect(wants('push', boots)).not.toBe(null);
    expect(wants('push', {})).toBe(null);
    expect(wants('build', { ...runs, ...boots })).toBe(null);
  });
});

test('the state of a host is one sentence', () => {
  const say = (facts: Partial<MachineFacts>) =>
    describeState({ host: 'nas', system: '/nix/store/new', before, after: { ...before, ...facts } });
  expect(say({})).toBe('nas runs the system from before and boots it (generation 3).');
  expect(say({ currentSystem: '/nix/store/new' })).toBe(
    'nas runs the new system and boots the old one (generation 3).',
  );
  const other = 'nas runs another system, which is neither the new one nor the one from before,';
  expect(say({ currentSystem: '/nix/store/other', profileSystem: '/nix/store/other' })).toBe(
    `${other} and boots it (generation 3).`,
  );
  expect(say({ currentSystem: '/nix/store/other' })).toBe(`${other} and boots the old one (generation 3).`);
  expect(say({ profileSystem: '/nix/store/other' })).toBe(
    'nas runs the system from before and boots another one (generation 3).',
  );
});

test('a job is partial where some hosts are as they were asked for', () => {
  const state = (states: HostOutcome['state'][], isCancelled = false) =>
    jobStateOf(
      states.map((one) => ({ state: one, generation: null, system: null })),
      isCancelled,
    );
  expect(state(['succeeded', 'unchanged'])).toBe('succeeded');
  expect(state(['succeeded', 'failed'])).toBe('partial');
  expect(state(['failed', 'failed'])).toBe('failed');
  expect(state(['switched-with-failures'])).toBe('partial');
  expect(state(['succeeded', 'cancelled'], true)).toBe('cancelled');
  expect(state(['succeeded'], true)).toBe('succeeded');
  const error = { code: 'deploy-offline-later', title: '', evidence: '', advice: [] };
  const putOff: HostOutcome = { state: 'skipped', generation: null, system: null, error };
  expect(jobStateOf([putOff], false)).toBe('partial');
  expect(jobStateOf([putOff, { state: 'failed', generation: null, system: null }], false)).toBe('failed');
});

describe('a host that went back', () => {
  const answer = { state: 'reverted', exitCode: 0, log: 'going back' } as const;
  const judgeBack = (now: MachineFacts, cause: 'stuck' | 'unreachable' = 'unreachable') =>
    judgeReverted(evidence({ after: now }), { cause, answer, seconds: 60 });

  test('is where it was, and the reason is the error', () => {
    const { outcome, note } = judgeBack(before);
    expect(note).toBe('as before');
    expect(outcome).toMatchObject({
      state: 'reverted',
      generation: 3,
      system: '/nix/store/old',
      error: { code: 'deploy-reverted-unreachable', evidence: 'the last line\ngoing back' },
    });
    expect(outcome.error?.advice[0]).toBe('nas runs the system from before and boots it (generation 3).');
  });

  test('is told which check failed, where one did', () => {
    const unhealthy = [{ name: 'web', kind: 'http', state: 'failed', detail: 'HTTP 502', tries: 3 }] as const;
    const { outcome } = judgeReverted(evidence({ after: before, unhealthy }), { cause: 'health', answer, seconds: 60 });
    expect(outcome.error).toMatchObject({
      code: 'deploy-reverted-health',
      evidence: 'web: HTTP 502 (tried 3 times)\ngoing back',
    });
    expect(judge({ unhealthy }).outcome).toMatchObject({
      state: 'switched-with-failures',
      error: { code: 'deploy-unhealthy' },
    });
  });

  test('is told how to get more time where its activation did not end', () => {
    expect(judgeBack(before, 'stuck').outcome.error?.advice.join()).toContain('--watchdog 300');
  });

  test('has failed where it says that it is not back', () => {
    expect(judgeBack({ ...before, profileSystem: '/nix/store/new' }).outcome).toMatchObject({
      state: 'failed',
      error: { code: 'deploy-revert-failed' },
    });
  });
});

test('what a host told before is not what it is in once it activated, or was about to restart', () => {
  expect([mayBeChanged(false, 'copy'), mayBeChanged(false, 'activate')]).toEqual([false, false]);
  expect([mayBeChanged(true, 'confirm'), mayBeChanged(true, 'verify')]).toEqual([true, true]);
  expect(mayBeChanged(false, 'reboot')).toBe(true);
});

describe('an activation that failed is explained by what it said', () => {
  const failed = (lastLines: string, changes: Partial<Evidence> = {}) =>
    judge({
      status: { state: 'switch', exitCode: 1 },
      lastLines,
      after: { ...after, currentSystem: '/nix/store/old' },
      ...changes,
    }).outcome.error;
  const python = [
    '  File "/nix/store/0q-systemd-boot-builder.py", line 412, in main',
    '    install_bootloader(args)',
    'OSError: [Errno 28] No space left on device',
    'Failed to install bootloader',
  ].join('\n');

  test.each([
    ['updating GRUB 2 menu...\nline 33: echo: write error: No space left on device\nFailed to install bootloader'],
    ['cannot copy x to /boot/kernels/y.tmp: No space left on device'],
    ["OSError: [Errno 28] No space left on device: '/boot/EFI/nixos/.abc.tmp'"],
    [python],
    [python.replace('\nFailed to install bootloader', '')],
  ])('a full /boot: %s', (lines) => {
    const error = failed(lines);
    expect(error).toMatchObject({
      code: 'deploy-boot-full',
      title: 'The boot loader of nas could not be set: /boot is full there',
    });
    expect(error?.evidence).toMatch(/^.*No space left on device.*$/);
    expect(error?.advice.join('\n')).toContain('configurationLimit');
    expect(error?.advice[0]).toBe(
      'nas runs the system from before; the new one is its profile (generation 4), and its boot loader still starts another.',
    );
  });

  test('a boot loader that fails for another reason, and a full disk elsewhere', () => {
    expect(failed('efibootmgr: no\nFailed to install bootloader')).toMatchObject({ code: 'deploy-boot-loader-failed' });
    const full = failed('mkdir: cannot create directory ‘/var/lib/x’: No space left on device');
    expect(full).toMatchObject({ code: 'deploy-disk-full' });
    expect(full?.advice[0]).toContain('boots the new one');
    expect(failed('something else')).toMatchObject({ code: 'deploy-activation-failed', evidence: 'something else' });
  });

  test('also where the host went back for it', () => {
    const lines = 'cp: /boot/x: No space left on device\nFailed to install bootloader';
    const answer = { state: 'reverted', exitCode: 0, log: 'went back' } as const;
    const back = evidence({ after: before, lastLines: lines });
    const { outcome } = judgeReverted(back, { cause: 'activation', answer, seconds: 60 });
    expect(outcome).toMatchObject({
      state: 'reverted',
      error: {
        code: 'deploy-boot-full',
        title: 'The boot loader of nas could not be set: /boot is full there; it went back to the system before',
        evidence: 'cp: /boot/x: No space left on device',
      },
    });
    const unwell = judgeReverted(back, { cause: 'health', answer, seconds: 60 });
    expect(unwell.outcome.error?.code).toBe('deploy-reverted-health');
  });
});
