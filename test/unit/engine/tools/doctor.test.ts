import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DoctorFinding } from '../../../../shared/contract/doctor.ts';
import { openHome } from '../../../../electron/engine/home.ts';
import { missingFeatures } from '../../../../electron/engine/tools/checks/flakes.ts';
import { privateKeysIn } from '../../../../electron/engine/tools/checks/ssh.ts';
import { examine } from '../../../../electron/engine/tools/doctor.ts';

let folder: string;
let programs: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nixstead-doctor-'));
  programs = join(folder, 'programs');
  mkdirSync(programs);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Puts a program on the PATH of the test that answers as told. */
function program(name: string, script: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(programs, name), 0o755);
}

async function findings(
  path = programs,
  platform: NodeJS.Platform = 'linux',
  nix = join(programs, 'nix'),
): Promise<Map<string, DoctorFinding>> {
  const env = { PATH: path, HOME: folder, NIXSTEAD_HOME: join(folder, 'data'), NIXSTEAD_NIX: nix };
  const all = await examine({ env, home: openHome(env), platform });
  return new Map(all.map((finding) => [finding.code, finding]));
}

const severities = (found: Map<string, DoctorFinding>) =>
  Object.fromEntries([...found].map(([code, finding]) => [code, finding.severity]));

describe('the doctor', () => {
  it('on a bare computer names what is missing, the worst first, each with what to do', async () => {
    const found = await findings();
    expect(severities(found)).toEqual({
      nix: 'error',
      'nixos-anywhere': 'warning',
      git: 'error',
      ssh: 'error',
      'ssh-key': 'warning',
      flakes: 'ok',
      'nix-store': 'ok',
      'git-identity': 'ok',
      'data-folder': 'ok',
    });
    expect([...found.values()].map((finding) => finding.severity)).toEqual(
      [...found.values()].map((finding) => finding.severity).toSorted((a, b) => rank(a) - rank(b)),
    );
    for (const finding of found.values()) {
      if (finding.severity !== 'ok') expect(finding.advice.length).toBeGreaterThan(0);
    }
  });

  it('on Windows itself says how it is used by a machine that has nix, also where a machine is named to run nix', async () => {
    const found = await findings(programs, 'win32', 'ssh://root@nobody.invalid');
    expect(found.get('nix')).toMatchObject({
      severity: 'error',
      title: 'Nixstead’s engine does not run on Windows itself',
      command: expect.stringMatching(/^ssh -t -L /),
      advice: [expect.stringContaining('in a browser'), expect.stringContaining('WSL 2')],
    });
    expect(found.get('git')?.command).toBeNull();
  });

  it('names no command that the computer cannot run', async () => {
    expect((await findings()).get('ssh')?.command).toBeNull();
    expect((await findings(programs, 'darwin')).get('git')?.command).toBe('xcode-select --install');
    program('nix', 'case "$*" in --version) echo "nix (Nix) 2.26.3";; *) exit 1;; esac');
    expect((await findings()).get('ssh')?.command).toBe('nix profile install nixpkgs#openssh');
    expect((await findings()).get('nix-store')?.command).toMatch(/^sudo systemctl/);
    expect((await findings(programs, 'darwin')).get('nix-store')?.command).toMatch(/^sudo launchctl/);
  });

  it('says when nix is too old', async () => {
    program('nix', 'echo "nix (Nix) 2.8.0"');
    const finding = (await findings()).get('nix');
    expect(finding).toMatchObject({
      severity: 'error',
      title: 'Nix is too old',
      command: expect.any(String) as string,
    });
    expect(finding?.detail).toContain('2.8.0');
  });

  it('says when flakes are off, and that Nixstead works all the same', async () => {
    program(
      'nix',
      'case "$*" in --version) echo "nix (Nix) 2.26.3";; *"config show"*) echo "experimental-features = nix-command";; esac',
    );
    expect((await findings()).get('flakes')).toMatchObject({ severity: 'warning', title: 'Flakes are not enabled' });
  });

  it('says when the nix daemon does not answer, in nix’s own words', async () => {
    program(
      'nix',
      'case "$*" in --version) echo "nix (Nix) 2.26.3";; *store*) echo "error: cannot connect to socket" >&2; exit 1;; esac',
    );
    expect((await findings()).get('nix-store')).toMatchObject({
      severity: 'error',
      detail: 'error: cannot connect to socket',
    });
  });

  it('finds git’s identity with the real git, and misses it', async () => {
    const path = [programs, ...(process.env['PATH'] ?? '').split(delimiter)].join(delimiter);
    expect((await findings(path)).get('git-identity')?.severity).toBe('warning');
    writeFileSync(join(folder, '.gitconfig'), '[user]\n\tname = Ada\n\temail = ada@example.org\n');
    expect((await findings(path)).get('git-identity')).toMatchObject({
      severity: 'ok',
      detail: 'Ada <ada@example.org>',
    });
  });
});

const rank = (severity: string) => ['error', 'warning', 'ok'].indexOf(severity);

it('a private key is known by its content, not by its name', () => {
  const ssh = join(folder, '.ssh');
  mkdirSync(ssh);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(ssh, 'work laptop')]);
  writeFileSync(join(ssh, 'id_rsa'), 'not a key');
  writeFileSync(join(ssh, 'config'), 'Host *\n');
  mkdirSync(join(ssh, 'keys'));
  expect(privateKeysIn(ssh)).toEqual(['work laptop']);
  expect(privateKeysIn(join(folder, 'nowhere'))).toEqual([]);
});

it.each([
  ['allow-import-from-derivation = true\nexperimental-features = flakes nix-command\nfallback = false', []],
  ['experimental-features = nix-command', ['flakes']],
  ['experimental-features = ', ['nix-command', 'flakes']],
])('reads which features are missing from %j', (answer, missing) => expect(missingFeatures(answer)).toEqual(missing));
