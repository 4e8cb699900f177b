import { describe, expect, it } from 'vitest';
import { whyNotDeployable, whyNotSelectable } from '../../../../renderer/fleet/deploy-refusal.ts';
import { hostCondition, placeText, releaseOf, targetText } from '../../../../renderer/fleet/host-condition.ts';
import { aHost, aProblem, aStatus, JOB } from '../invented.ts';

describe('what is said about a host is the most urgent thing', () => {
  it('a host whose evaluation failed cannot be used, whatever it answers', () => {
    expect(hostCondition(aHost('a', { problem: aProblem }), aStatus('a'))).toMatchObject({
      word: 'cannot be used',
      tone: 'bad',
      sentence: 'It broke',
    });
  });
  it('failed units come before a reboot that is due', () => {
    const status = aStatus('a', { failedUnits: ['k3s.service', 'x.mount'], needsReboot: true });
    expect(hostCondition(aHost('a'), status).word).toBe('2 units failed');
  });
  it('a deploy that failed is not forgotten while the host runs', () => {
    const status = aStatus('a', { lastDeploy: { jobId: JOB, at: 0, state: 'failed' } });
    expect(hostCondition(aHost('a'), status).word).toBe('last deploy failed');
  });
  it('a new kernel asks for a reboot', () => {
    expect(hostCondition(aHost('a'), aStatus('a', { needsReboot: true })).word).toBe('reboot due');
  });
  it('a system on trial comes before the reboot that brings it', () => {
    const of = (pendingBoot: 'waiting' | 'up' | 'went-back'): string =>
      hostCondition(aHost('a'), aStatus('a', { pendingBoot, needsReboot: true })).word;
    expect([of('waiting'), of('up'), of('went-back')]).toEqual(['tried at next boot', 'on trial', 'went back']);
  });
  it('keys that a restart took away come before what can wait', () => {
    const status = aStatus('a', { areKeysGone: true, needsReboot: true });
    expect(hostCondition(aHost('a'), status)).toMatchObject({ word: 'keys are gone', tone: 'warn' });
  });
  it('a profile that names another system changes at boot', () => {
    expect(hostCondition(aHost('a'), aStatus('a', { profileSystem: '/nix/store/other' })).word).toBe('changes at boot');
  });
  it('a host that runs another system than the fleet evaluates to is outdated, where that is known', () => {
    expect(hostCondition(aHost('a'), aStatus('a', { wantedSystem: '/nix/store/new' })).word).toBe('outdated');
    expect(hostCondition(aHost('a'), aStatus('a', { wantedSystem: '/nix/store/a-system' })).word).toBe('online');
  });
  it('a host that was never asked is not called offline', () => {
    expect(hostCondition(aHost('a'), undefined)).toMatchObject({ word: 'not checked yet', tone: 'off' });
  });
  it.each([
    ['offline', 'offline'],
    ['denied', 'login refused'],
    ['key-changed', 'host key changed'],
    ['no-nix', 'no Nix'],
    ['checking', 'checking'],
    ['online', 'online'],
  ] as const)('%s reads %s', (reachability, word) => {
    expect(hostCondition(aHost('a'), aStatus('a', { reachability })).word).toBe(word);
  });
  it('this computer needs no address', () => {
    const here = aHost('a', { target: null, isThisComputer: true });
    expect([hostCondition(here, aStatus('a')).word, placeText(here)]).toEqual(['online', 'this computer']);
    const away = aHost('a', { target: null });
    expect([hostCondition(away, undefined).word, placeText(away)]).toEqual(['no address', '']);
  });
  it('the reason that the engine found is the sentence', () => {
    const status = aStatus('a', { reachability: 'offline', problem: { ...aProblem, title: 'No route to host' } });
    expect(hostCondition(aHost('a'), status).sentence).toBe('No route to host');
  });
});

describe('releases', () => {
  it.each([
    ['25.11.20260101.abcdef0', '25.11'],
    ['26.05pre-git', '26.05'],
    ['unknown', 'unknown'],
    [null, null],
    [undefined, null],
  ])('%s is release %s', (version, release) => expect(releaseOf(version)).toBe(release));
});

describe('targets', () => {
  it('show what the fleet declares and nothing more', () => {
    expect(targetText({ host: 'nas', user: null, port: null })).toBe('nas');
    expect(targetText({ host: '10.0.0.1', user: 'sam', port: 2222 })).toBe('sam@10.0.0.1:2222');
    expect(targetText({ host: 'fe80::1', user: 'root', port: 22 })).toBe('root@[fe80::1]:22');
    expect(targetText(null)).toBe('');
  });
});

it('a host without an address can be ticked, for what needs none; one that does not evaluate says why it cannot', () => {
  const unreachable = aHost('a', { target: null });
  expect(whyNotSelectable(unreachable)).toBe(null);
  expect(whyNotDeployable(unreachable)).toContain('no address');
  expect(whyNotSelectable(aHost('a', { problem: aProblem }))).toBe('It broke');
});
