import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toplevelFunction } from '../../../../electron/engine/fleet/status/toplevel.ts';
import { watchdogProgram } from '../../../../electron/engine/deploy/watchdog-script.ts';
import {
  nextBootMark,
  parseProbe,
  probeScript,
  type MachineFacts,
} from '../../../../electron/engine/fleet/status/probe.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'toplevel-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (...names: string[]): string => join(folder, ...names);

/** A system that says what it was activated for, and is what runs from then on. */
function system(name: string): string {
  mkdirSync(at(name, 'bin'), { recursive: true });
  writeFileSync(at(name, 'activate'), '');
  const activates = `#!/bin/sh\necho "${name} $1" >>${at('activated')}\n[ "$1" = boot ] || ln -sfn ${at(name)} ${at('running')}\n`;
  writeFileSync(at(name, 'bin/switch-to-configuration'), activates, { mode: 0o755 });
  return at(name);
}

/** As deploy-rs makes its profile of a system. */
function wrapped(of: string): string {
  const name = `activatable-${of}`;
  mkdirSync(at(name));
  for (const part of ['activate', 'bin']) symlinkSync(at(of, part), at(name, part));
  writeFileSync(at(name, 'deploy-rs-activate'), '');
  return at(name);
}

describe('the system of a generation', () => {
  const toplevel = (path: string): string =>
    execFileSync('sh', ['-c', `${toplevelFunction}\ntoplevel "$1"`, 'sh', path], { encoding: 'utf8' }).trim();

  test('is what its link leads to, and of one that deploy-rs made the system in it', () => {
    symlinkSync(system('plain'), at('system-1-link'));
    symlinkSync('system-1-link', at('system'));
    symlinkSync(wrapped('plain'), at('system-2-link'));
    expect(toplevel(at('system'))).toBe(at('plain'));
    expect(toplevel(at('system-2-link'))).toBe(at('plain'));
  });

  test('is what its link leads to where nothing in it is known', () => {
    mkdirSync(at('bare'));
    mkdirSync(at('other'));
    writeFileSync(at('script'), '');
    symlinkSync(at('script'), at('other', 'activate'));
    for (const name of ['bare', 'other']) {
      symlinkSync(at(name), at(`${name}-link`));
      expect(toplevel(at(`${name}-link`))).toBe(at(name));
    }
  });
});

describe('the probe', () => {
  /** What a machine tells that runs and booted these, and whose profile is this. */
  function told(running: string, booted: string, profile: string): MachineFacts | null {
    symlinkSync(profile, at('system-3-link'));
    symlinkSync('system-3-link', at('system'));
    symlinkSync(running, at('running'));
    symlinkSync(booted, at('booted'));
    const script = probeScript
      .replaceAll('/nix/var/nix/profiles/system', at('system'))
      .replaceAll('/run/current-system', at('running'))
      .replaceAll('/run/booted-system', at('booted'))
      .replaceAll(nextBootMark, at('next-boot'));
    return parseProbe(execFileSync('sh', ['-c', script], { encoding: 'utf8' }));
  }

  /** A system with a kernel of its own. */
  function withKernel(name: string): string {
    writeFileSync(join(system(name), 'kernel'), '');
    return at(name);
  }

  test('tells the system in a profile that deploy-rs made, and what the profile is', () => {
    const path = wrapped(basename(system('good')));
    expect(told(at('good'), at('good'), path)).toMatchObject({
      currentSystem: at('good'),
      bootedSystem: at('good'),
      profileSystem: at('good'),
      profilePath: path,
      generation: 3,
      needsReboot: false,
    });
  });

  test('tells a profile that is a system once, and nothing of one that is not there', () => {
    const facts = told(system('good'), at('good'), at('good'));
    expect(facts).toMatchObject({ profileSystem: at('good') });
    expect(facts).not.toHaveProperty('profilePath');
    rmSync(at('good'), { recursive: true });
    for (const link of ['system', 'system-3-link', 'running', 'booted']) rmSync(at(link));
    expect(told(at('good'), at('good'), at('good'))).toMatchObject({ profileSystem: null, needsReboot: false });
  });

  test('compares the kernel of that system with the one that was booted', () => {
    const [old, path] = [withKernel('old'), wrapped(basename(withKernel('new')))];
    expect(told(at('new'), old, path)?.needsReboot).toBe(true);
  });

  test.each([
    ['up', 'new'],
    ['went-back', 'old'],
  ])('tells that a boot on trial of that system is %s', (pendingBoot, booted) => {
    const path = wrapped(basename(system('new')));
    writeFileSync(at('next-boot'), `${at('new')}\nanother boot\n`);
    expect(told(at(booted), system(booted), path)).toMatchObject({ pendingBoot });
  });
});

describe('the watchdog', () => {
  /** Generation 2 ran, and 1 was activated after that; `now` is the profile's link. */
  function goesBack(profiles: readonly string[], now: string): { code: string; log: string; activated: string[] } {
    for (const [index, profile] of profiles.entries()) symlinkSync(profile, at(`system-${index + 1}-link`));
    symlinkSync(now, at('system'));
    symlinkSync(at('bad'), at('running'));
    mkdirSync(at('job/before'), { recursive: true });
    symlinkSync(at('good'), at('job/before/current'));
    symlinkSync(profiles[1] ?? '', at('job/before/profile'));
    writeFileSync(at('job/before/link'), 'system-2-link\n');
    const program = watchdogProgram.replaceAll('/run/current-system', at('running'));
    execFileSync('sh', ['-c', program, 'sh', at('job'), 'unit', at('system'), at('bad'), '0', 'a check failed']);
    const activated = existsSync(at('activated')) ? readFileSync(at('activated'), 'utf8').trim().split('\n') : [];
    const [code, log] = ['watchdog.status', 'watchdog.log'].map((name) => readFileSync(at('job', name), 'utf8').trim());
    return { code: code ?? '', log: log ?? '', activated };
  }

  beforeEach(() => {
    system('good');
    system('bad');
  });

  const both = ['good test', 'good boot'];
  test.each([
    ['deploy-rs made', true],
    ['are systems', false],
  ])('goes back between generations that %s', (_, isWrapped) => {
    const profiles = ['bad', 'good'].map((name) => (isWrapped ? wrapped(name) : at(name)));
    const { code, log, activated } = goesBack(profiles, 'system-1-link');
    expect([code, activated], log).toEqual(['0', both]);
    expect(readlinkSync(at('system'))).toBe('system-2-link');
    expect(readlinkSync(at('running'))).toBe(at('good'));
  });

  test('goes back where the profile was not set yet', () => {
    const { code, activated } = goesBack([wrapped('bad'), wrapped('good')], 'system-2-link');
    expect([code, activated]).toEqual(['0', both]);
  });

  test('leaves what somebody else made since', () => {
    system('theirs');
    const { code, log, activated } = goesBack([wrapped('bad'), wrapped('good'), wrapped('theirs')], 'system-3-link');
    expect([code, activated]).toEqual(['9', []]);
    expect(log).toContain('Another generation was made since; it is left as it is.');
    expect(readlinkSync(at('system'))).toBe('system-3-link');
  });
});
