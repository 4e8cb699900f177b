import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { build, buildThere, copy, evaluate, onHost, type Way } from './host-work.ts';

const profile = '/nix/var/nix/profiles/system';

/**
 * What deploy-rs does with one node, its rollback included: a switch that fails is undone at once, and one that is not
 * confirmed over a new connection in time is undone by the host. There is no recording of it, so the words are those of
 * its source.
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
      boot: { type: 'boolean' },
      'remote-build': { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const [flake = '', node = ''] = (positionals[0] ?? '').split('#');
  const raw = (text: string): void => void process.stderr.write(`${text}\n`);
  const say = (text: string): void => raw(`🚀 ℹ️ [deploy] [INFO] ${text}`);
  const there = (text: string, level = 'INFO', sign = 'ℹ️'): void => raw(`⭐ ${sign} [activate] [${level}] ${text}`);
  const fail = (text: string): number => {
    raw(`🚀 ❌ [deploy] [ERROR] ${text}`);
    return 1;
  };
  say(`Evaluating flake in ${flake}`);
  const attribute = `${flake}#deploy.nodes.${node}`;
  const way: Way = {
    place: `root@${await evaluate(`${attribute}.hostname`)}`,
    sshOptions: (values['ssh-opts'] ?? '').split(' '),
  };
  say(`Building profile \`system\` for node \`${node}\``);
  const profileOf = `${attribute}.profiles.system.path`;
  const isBuiltThere = values['remote-build'] === true;
  const path = await (isBuiltThere ? buildThere(profileOf, way, raw) : build(profileOf, raw));
  if (path === null)
    return fail(`Failed to build profile on node ${node}: Nix build command resulted in a bad exit code`);
  say(`Copying profile \`system\` to node \`${node}\``);
  if (!isBuiltThere && (await copy(path, way, raw)) !== 0) {
    return fail(`Failed to push profile to node ${node}: Nix copy command resulted in a bad exit code: Some(1)`);
  }
  say(`Activating profile \`system\` for node \`${node}\``);
  there('Activating profile');
  const goal = values.boot === true ? `${path}/bin/switch-to-configuration boot` : `${path}/deploy-rs-activate`;
  const code = await onHost(way, `nix-env -p ${profile} --set ${path} && PROFILE=${path} ${goal}`, raw);
  const last = `nix-env -p ${profile} --list-generations | awk 'END { print $1 }'`;
  const undo = `last=$(${last}); nix-env -p ${profile} --rollback && nix-env -p ${profile} --delete-generations "$last"; ${profile}/bin/switch-to-configuration switch`;
  if (code !== 0) {
    there('De-activating due to error', 'WARN', '⚠️');
    await onHost(way, undo, raw);
    there('Attempting to re-activate the last generation');
    there(`The activation script resulted in a bad exit code: Some(${code})`, 'ERROR', '❌');
    return fail('Activating over SSH resulted in a bad exit code: Some(1)');
  }
  there('Activation succeeded!');
  if (values['magic-rollback'] !== 'true' || values.boot === true) {
    say('Success activating, done!');
    return 0;
  }
  say('Success activating, attempting to confirm activation');
  if ((await onHost(way, 'true', raw)) !== 0) {
    await wait(Number(values['confirm-timeout']) * 1000);
    return fail('Error confirming deployment: Confirming activation over SSH resulted in a bad exit code');
  }
  say('Deployment confirmed.');
  return 0;
}
