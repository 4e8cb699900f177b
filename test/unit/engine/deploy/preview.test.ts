import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { planDeploy } from '../../../../electron/engine/deploy/plan.ts';
import { previewDeploy } from '../../../../electron/engine/deploy/preview.ts';
import type { DeploySpec } from '../../../../electron/engine/deploy/spec.ts';
import { prepareSshFiles } from '../../../../electron/engine/ssh/config.ts';
import type { DeployRequest } from '../../../../shared/contract/deploy.ts';
import type { Host } from '../../../../shared/contract/host.ts';
import { fleetId, hostName } from '../../../../shared/contract/ids.ts';
import { commandText } from '../../../../shared/jobs/command-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'nixstead-preview-'));
const files = prepareSshFiles(join(folder, 'ssh'));
const vault: Host = {
  name: hostName.parse('vault'),
  system: 'x86_64-linux',
  tags: [],
  target: { host: 'vault.home', user: 'admin', port: null },
  sources: ['colmenaHive'],
  buildOnTarget: false,
  allowLocalDeployment: false,
  privilegeCommand: ['sudo'],
  sshOptions: [],
  keys: ['token'],
  replaceUnknownProfiles: true,
  deployRs: null,
  problem: null,
};

beforeAll(() => {
  const nix = join(folder, 'nix');
  writeFileSync(nix, "#!/bin/sh\necho 'nix (Nix) 2.28.3'\n");
  chmodSync(nix, 0o755);
  vi.stubEnv('NIXSTEAD_NIX', nix);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** What would run on the host, line by line. */
async function previewed(
  request: Partial<DeployRequest>,
  rollbackTo: DeploySpec['rollbackTo'] = null,
): Promise<{ there: string[]; here: number; reboot: string }> {
  const id = fleetId.parse('0123456789abcdef');
  const fleet = { id, name: 'home', path: '/fleet', folder: '/fleet', remote: null, fingerprint: null, git: null };
  const read = { description: null, kinds: vault.sources, evaluatedAt: 0, fromCache: false, problems: [] };
  const view = { fleet: { ...fleet, ...read, ref: 'git+file:///fleet' }, hosts: [vault] };
  const spec = planDeploy(view, { hosts: [vault.name], goal: 'switch', ...request }, files.folder);
  const { commands, reboot } = await previewDeploy({ ...spec, rollbackTo }, files);
  const there = commands.filter(({ where }) => where === 'target').map(commandText);
  return { there, here: commands.length - there.length, reboot };
}

const setTo = (words: string): string => `sudo nix-env -p /nix/var/nix/profiles/system ${words}`;
const change = 'sudo <system>/bin/switch-to-configuration switch';

test('keys and a restart are among the commands of a deploy', async () => {
  const upload = 'sudo install -o <user> -g <group> -m <permissions> /dev/stdin <folder>/token';
  expect((await previewed({})).there).toEqual([upload, setTo('--set <system>'), change]);
  const restarting = await previewed({ reboot: 'where-needed' });
  expect([restarting.there.at(-1), restarting.reboot]).toEqual(['sudo systemctl reboot', 'where-needed']);
  expect((await previewed({ goal: 'keys' })).there).toHaveLength(1);
});

test('going back runs what is there: nothing is evaluated, built, copied or uploaded', async () => {
  expect(await previewed({}, 'previous')).toEqual({
    there: [setTo('--switch-generation <generation>'), change],
    here: 0,
    reboot: 'never',
  });
  expect((await previewed({}, { generation: 7 })).there[0]).toBe(setTo('--switch-generation 7'));
});
