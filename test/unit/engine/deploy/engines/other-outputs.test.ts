import { describe, expect, test } from 'vitest';
import { readDeployRsLine } from '../../../../../electron/engine/deploy/engines/deploy-rs-output.ts';
import { explainTool } from '../../../../../electron/engine/deploy/engines/explain-tool.ts';
import {
  generationOf,
  readNixosRebuildLine,
} from '../../../../../electron/engine/deploy/engines/nixos-rebuild-output.ts';
import type { ReadToolLine } from '../../../../../electron/engine/deploy/engines/tool-line.ts';
import { beforeTool, takeToolLine } from '../../../../../electron/engine/deploy/engines/tool-progress.ts';

const system = '/nix/store/xhg0367si32x1i0qb5qzv0q9izgjp0nq-nixos-system-nas-26.11pre-git';

function run(read: ReadToolLine, output: string, exitCode = 0) {
  const progress = output.split('\n').reduce((all, line) => takeToolLine(all, read(line), 'nas'), beforeTool);
  const host = progress.hosts.get('nas');
  const problem = () =>
    explainTool({ program: 'it', host: 'nas', place: 'root@nas', flakeFolder: '/fleet', exitCode, progress });
  return { progress, host, problem };
}

// The texts are those of the programs' sources; see the parsers for where they stand.
const built = `building the system configuration...
these 2 derivations will be built:
  /nix/store/719ikvgqw6aps38kkgjb8difhqdmadar-etc.drv
  /nix/store/0hdshn03rhgck5lfbj4jfhrvrv12fcpv-nixos-system-nas-26.11pre-git.drv
building '/nix/store/719ikvgqw6aps38kkgjb8difhqdmadar-etc.drv'...
building '/nix/store/0hdshn03rhgck5lfbj4jfhrvrv12fcpv-nixos-system-nas-26.11pre-git.drv'...
copying 2 paths...
copying path '/nix/store/719ikvgqw6aps38kkgjb8difhqdmadar-etc' to 'ssh://root@nas'...
copying path '${system}' to 'ssh://root@nas'...`;
const switched = `activating the configuration...
setting up /etc...
restarting the following units: nginx.service`;

describe('nixos-rebuild', () => {
  test('is followed from building to the new configuration', () => {
    const { host } = run(readNixosRebuildLine, `${built}\n${switched}\nDone. The new configuration is ${system}`);
    expect(host).toMatchObject({
      stage: 'activate',
      done: ['build', 'copy', 'activate'],
      failure: null,
      system,
      derivations: { done: 2, total: 2 },
      paths: { done: 2, total: 2 },
      switched: { restarted: ['nginx.service'] },
    });
  });

  test('the script says only that something failed while it switched', () => {
    const { host } = run(
      readNixosRebuildLine,
      `${built}\n${switched}\nwarning: the following units failed: nginx.service
warning: error(s) occurred while switching to the new configuration`,
    );
    expect(host).toMatchObject({
      failure: { stage: 'activate', exitCode: null },
      switched: { failed: ['nginx.service'] },
    });
  });

  test('its successor names the command that failed with its exit status', () => {
    const switchFailed = `error: Command '['ssh', 'root@nas', '--', '${system}/bin/switch-to-configuration', 'switch']' returned non-zero exit status 4.`;
    expect(run(readNixosRebuildLine, `${built}\n${switched}\n${switchFailed}`).host?.failure).toMatchObject({
      stage: 'activate',
      exitCode: 4,
    });
    const copyFailed = `ssh: connect to host nas port 22: No route to host
error: failed to start SSH connection to 'root@nas'
Command '['nix-copy-closure', '--to', 'root@nas', '${system}']' returned non-zero exit status 1.`;
    const copy = run(readNixosRebuildLine, `building the system configuration...\n${copyFailed}`, 1);
    expect(copy.host?.failure?.stage).toBe('copy');
    expect(copy.problem().code).toBe('ssh-unreachable');
  });

  test('its successor writes commands as one types them, and asks after a password whatever failed as root', () => {
    const forgot = 'error: while running command with remote sudo, did you forget to use --ask-sudo-password?';
    const failed = (command: string, exitCode = 1) =>
      run(readNixosRebuildLine, `${built}\n${forgot}\nCommand '${command}' returned non-zero exit status ${exitCode}.`)
        .host;
    const there = 'ssh -F /config -o ControlPersist=60 admin@nas -- sudo';
    const switching = failed(`${there} env NIXOS_INSTALL_BOOTLOADER=0 ${system}/bin/switch-to-configuration switch`, 4);
    expect(switching?.failure).toMatchObject({ stage: 'activate', exitCode: 4 });
    expect(switching?.lines.join()).not.toContain('forget');
    const flakes = "nix --extra-experimental-features 'nix-command flakes'";
    expect(failed(`${flakes} copy --from ssh://builder --to ssh://nas ${system}`)?.failure?.stage).toBe('copy');
    expect(failed(`${flakes} eval --raw '/fleet#nas.config.system.build.toplevel'`)?.failure?.stage).toBe('evaluate');
    expect(failed(`${flakes} build --print-out-paths '/fleet#nas'`)?.failure?.stage).toBe('build');
  });

  test('a build that fails is explained by what nix said', () => {
    const failed = `building the system configuration...
error: builder for '/nix/store/habsa51q9nim8rxkhslf38j7bpw36vav-web-frontend-1.0.drv' failed with exit code 2
Command '['nix', 'build', '--print-out-paths', '/fleet#nas']' returned non-zero exit status 1.`;
    expect(run(readNixosRebuildLine, failed, 1).problem().code).toBe('nix-builder-failed');
  });

  test('which of the two it is stands in its path or its first bytes', () => {
    expect(generationOf('/nix/store/abc-nixos-rebuild-ng-25.11/bin/nixos-rebuild', '\x7fELF')).toBe('ng');
    expect(generationOf('/usr/bin/nixos-rebuild', '#!/nix/store/abc-python3-3.13/bin/python3')).toBe('ng');
    expect(generationOf('/nix/store/abc-nixos-rebuild/bin/nixos-rebuild', '#!/nix/store/x-bash/bin/bash')).toBe('bash');
  });
});

describe('deploy-rs', () => {
  const start = `🚀 ℹ️ [deploy] [INFO] Evaluating flake in /fleet
🚀 ℹ️ [deploy] [INFO] The following profiles are going to be deployed:
[nas.system]
user = "root"

🚀 ℹ️ [deploy] [INFO] Building profile \`system\` for node \`nas\`
building '/nix/store/719ikvgqw6aps38kkgjb8difhqdmadar-etc.drv'...
🚀 ℹ️ [deploy] [INFO] Copying profile \`system\` to node \`nas\`
copying path '${system}' to 'ssh://root@nas'...
🚀 ℹ️ [deploy] [INFO] Activating profile \`system\` for node \`nas\`
🚀 ℹ️ [deploy] [INFO] Creating activation waiter
⭐ ℹ️ [activate] [INFO] Activating profile
👀 ℹ️ [wait] [INFO] Waiting for confirmation event...
${switched}`;

  test('is followed to its own confirmation', () => {
    const { host } = run(
      readDeployRsLine,
      `${start}
⭐ ℹ️ [activate] [INFO] Activation succeeded!
⭐ ℹ️ [activate] [INFO] Magic rollback is enabled, setting up confirmation hook...
👀 ℹ️ [wait] [INFO] Found canary file, done waiting!
🚀 ℹ️ [deploy] [INFO] Success activating, attempting to confirm activation
🚀 ℹ️ [deploy] [INFO] Deployment confirmed.`,
    );
    expect(host).toMatchObject({
      stage: 'activate',
      done: ['evaluate', 'build', 'copy', 'activate'],
      failure: null,
      wentBack: null,
      paths: { done: 1 },
      switched: { restarted: ['nginx.service'] },
    });
  });

  test('its own rollback is seen, and the first reason stays the reason', () => {
    const { host } = run(
      readDeployRsLine,
      `${start}
⭐ ⚠️ [activate] [\u001b[38;5;208mWARN\u001b[0m] De-activating due to error
switching profile from version 2 to 1
⭐ ⚠️ [activate] [WARN] Removing generation by ID 2
⭐ ℹ️ [activate] [INFO] Attempting to re-activate the last generation
⭐ ❌ [activate] [ERROR] The activation script resulted in a bad exit code: Some(4)
🚀 ❌ [deploy] [ERROR] Activating over SSH resulted in a bad exit code: Some(1)
🚀 ℹ️ [deploy] [INFO] Revoking previous deploys
🚀 ❌ [deploy] [ERROR] Deployment to node nas failed, rolled back to previous generation`,
    );
    expect(host).toMatchObject({
      wentBack: 'De-activating due to error',
      failure: { stage: 'activate', exitCode: 4, reason: expect.stringContaining('activation script') },
    });
  });

  test('a rollback that it cannot do is not taken for one', () => {
    const { host } = run(
      readDeployRsLine,
      `${start}
⭐ ⚠️ [activate] [\u001b[38;5;208mWARN\u001b[0m] De-activating due to error
switching profile from version 2 to 1
⭐ ⚠️ [activate] [\u001b[38;5;208mWARN\u001b[0m] Removing generation by ID 2
⭐ ℹ️ [activate] [\u001b[38;5;51mINFO\u001b[0m] Attempting to re-activate the last generation
⭐ ❌ [activate] [\u001b[38;5;196mERROR\u001b[0m] There was an error de-activating after an error was encountered: Failed to run command for re-activating the last generation: No such file or directory (os error 2)
🚀 ❌ [deploy] [\u001b[38;5;196mERROR\u001b[0m] Activating over SSH resulted in a bad exit code: Some(1)
🚀 ℹ️ [deploy] [\u001b[38;5;51mINFO\u001b[0m] Revoking previous deploys
🚀 ❌ [deploy] [\u001b[38;5;196mERROR\u001b[0m] Deployment to node nas failed, rolled back to previous generation`,
    );
    expect(host).toMatchObject({ isStuckBetween: true, failure: { stage: 'activate', exitCode: 1 } });
  });

  test.each([
    ['Neither `user` nor `sshUser` are set for profile system of node nas', 'engine-user-missing'],
    ['Failed to check deployment: Nix checking command resulted in a bad exit code: Some(1)', 'engine-checks-failed'],
    ['Error processing deployment definitions: Deployment data invalid: x', 'engine-definitions-unreadable'],
    [
      'Failed to deploy profile to node nas: Error confirming deployment: Failed to run confirmation command over SSH (the server should roll back): gone',
      'engine-not-confirmed',
    ],
    ['Failed to deploy profile to node nas: Timeout elapsed for confirmation', 'engine-not-confirmed'],
    ['Something that nobody has said before', 'engine-failed'],
  ])('“%s” is explained', (words, code) => {
    const { problem } = run(readDeployRsLine, `🚀 ❌ [deploy] [ERROR] ${words}`, 1);
    expect(problem()).toMatchObject({ code, evidence: expect.stringContaining(words.slice(0, 40)) });
  });

  test('what fails before the activation is told by its stage', () => {
    const push = run(
      readDeployRsLine,
      `${start.slice(0, start.indexOf('🚀 ℹ️ [deploy] [INFO] Activating'))}error: writing to file: No space left on device
🚀 ❌ [deploy] [ERROR] Failed to push profile to node nas: Nix copy command resulted in a bad exit code: Some(1)`,
      1,
    );
    expect(push.host?.failure).toMatchObject({ stage: 'copy', exitCode: 1 });
    expect(push.problem().code).toBe('nix-disk-full-target');
    const target = run(readDeployRsLine, '🚀 ❌ [deploy] [ERROR] No node named `nas` was found', 1);
    expect(target.progress.stopped).toBe('No node named `nas` was found');
    expect(target.problem()).toMatchObject({
      code: 'engine-node-missing',
      title: 'deploy.nodes has no “nas”',
      evidence: 'No node named `nas` was found',
    });
  });
});
