import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { askAtTerminal, build, buildThere, copy, evaluate, onHost, shellWord, waitOn, type Way } from './host-work.ts';

/** Where deploy-rs keeps a profile of root. */
const profileOf = (name: string): string =>
  name === 'system' ? '/nix/var/nix/profiles/system' : `/nix/var/nix/profiles/per-user/root/${name}`;

/**
 * What deploy-rs does with one node and all its profiles, its rollback of each included: a switch that fails is undone at once, and one that is not
 * confirmed over a new connection in time is undone by the host. Words and order were compared with the program.
 */
export async function deployRs(argv: readonly string[]): Promise<number> {
  if (argv[0] === '--version') {
    process.stdout.write('deploy-rs 1.0\n');
    return 0;
  }
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      'skip-checks': { type: 'boolean' },
      'ssh-opts': { type: 'string' },
      'magic-rollback': { type: 'string' },
      'confirm-timeout': { type: 'string' },
      'interactive-sudo': { type: 'string' },
      boot: { type: 'boolean' },
      'remote-build': { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const [flake = '', node = ''] = (positionals[0] ?? '').split('#');
  const raw = (text: string): void => void process.stderr.write(`${text}\n`);
  const say = (text: string, level = 'INFO', sign = 'ℹ️'): void => raw(`🚀 ${sign} [deploy] [${level}] ${text}`);
  const there = (text: string, level = 'INFO', sign = 'ℹ️'): void => raw(`⭐ ${sign} [activate] [${level}] ${text}`);
  const fail = (text: string): number => {
    say(text, 'ERROR', '❌');
    return 1;
  };
  say(`Evaluating flake in ${flake}`);
  const attribute = `${flake}#deploy.nodes.${node}`;
  const hostname = await evaluate(`${attribute}.hostname`);
  const names = (await evaluate(`${attribute}.profiles`, 'all: toString (builtins.attrNames all)')).split(' ');
  const profiles = ['system', ...names.filter((name) => name !== 'system')];
  const declared = (name: string): string => `${attribute}.profiles.${name}`;
  const system = declared('system');
  const [user, sshUser] = [await evaluate(`${system}.user`), await evaluate(`${system}.sshUser`)];
  const way: Way = { place: `${sshUser}@${hostname}`, sshOptions: (values['ssh-opts'] ?? '').split(' ') };
  let password: string | null = null;
  if (values['interactive-sudo'] === 'true') {
    say(
      'Interactive sudo is enabled! Using a sudo password is less secure than correctly configured SSH keys.\nPlease use keys in production environments.',
      'WARN',
      '⚠️',
    );
    say(`You will now be prompted for the sudo password for ${hostname}.`);
    password = await askAtTerminal(`(sudo for ${hostname}) Password: `);
  }
  const list = profiles.map((name) => `[${node}.${name}]\nuser = "${user}"\n`).join('\n');
  say(`The following profiles are going to be deployed:\n${list}`);
  const isBuiltThere = values['remote-build'] === true;
  const brought: { name: string; path: string }[] = [];
  for (const name of profiles) {
    say(`Building profile \`${name}\` for node \`${node}\`${isBuiltThere ? ' on remote host' : ''}`);
    const installable = `${declared(name)}.path`;
    const path = await (isBuiltThere ? buildThere(installable, way, raw) : build(installable, raw));
    // As it is said: with the node in place of the reason.
    if (path === null) return fail(`Failed to build profile on node ${node}: ${node}`);
    brought.push({ name, path });
  }
  for (const { name, path } of isBuiltThere ? [] : brought) {
    say(`Copying profile \`${name}\` to node \`${node}\``);
    if ((await copy(path, way, raw)) !== 0) return fail(`Failed to push profile to node ${node}: ${node}`);
  }
  const asRoot = user === sshUser ? '' : `sudo -u ${user}${password === null ? '' : ' -S -p ""'} `;
  const onNode = (command: string): Promise<number> =>
    onHost(way, `${asRoot}sh -c ${shellWord(command)}`, raw, password === null ? '' : `${password}\n`);
  const isBoot = values.boot === true;
  const isMagic = values['magic-rollback'] === 'true' && !isBoot;
  const activateProfile = async (name: string, path: string): Promise<number> => {
    const profile = profileOf(name);
    say(`Activating profile \`${name}\` for node \`${node}\``);
    if (isMagic) {
      say('Creating activation waiter');
      // Of an activation that fails it waits on, with the output of the program that has ended.
      waitOn(way, `${asRoot}sleep 60`);
    }
    there('Activating profile');
    const activate = `PROFILE=${profile} BOOT=${isBoot ? 1 : 0} ${profile}/deploy-rs-activate`;
    const code = await onNode(`nix-env -p ${profile} --set ${path} && ${activate}`);
    const last = `nix-env -p ${profile} --list-generations | awk 'END { print $1 }'`;
    const back = `nix-env -p ${profile} --rollback && last=$(${last}) && nix-env -p ${profile} --delete-generations "$last"`;
    if (code !== 0) {
      there('De-activating due to error', 'WARN', '⚠️');
      await onNode(back);
      there('Attempting to re-activate the last generation');
      // Only what deploy-rs has made itself can be activated again by it.
      const again = await onNode(`PROFILE=${profile} ${profile}/deploy-rs-activate`);
      const notBack =
        'There was an error de-activating after an error was encountered: Failed to run command for re-activating the last generation: No such file or directory (os error 2)';
      there(again === 0 ? `The activation script resulted in a bad exit code: Some(${code})` : notBack, 'ERROR', '❌');
      fail('Activating over SSH resulted in a bad exit code: Some(1)');
      say('Revoking previous deploys');
      return fail(`Deployment to node ${node} failed, rolled back to previous generation`);
    }
    there('Activation succeeded!');
    if (!isMagic) {
      say(isBoot ? 'Success activating for next boot, done!' : 'Success activating, done!');
      return 0;
    }
    say('Success activating, attempting to confirm activation');
    if ((await onHost(way, `${asRoot}true`, raw, password === null ? '' : `${password}\n`)) !== 0) {
      await wait(Number(values['confirm-timeout']) * 1000);
      return fail('Error confirming deployment: Confirming activation over SSH resulted in a bad exit code');
    }
    say('Deployment confirmed.');
    return 0;
  };
  for (const { name, path } of brought) {
    const status = await activateProfile(name, path);
    if (status !== 0) return status;
  }
  return 0;
}
