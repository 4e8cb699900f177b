import { parseArgs } from 'node:util';
import { askAtTerminal, build, copy, onHost, shellWord, type Way } from './host-work.ts';

const common = {
  flake: { type: 'string' },
  'target-host': { type: 'string' },
  'build-host': { type: 'string' },
  'use-substitutes': { type: 'boolean' },
} as const;
const script = {
  ...common,
  fast: { type: 'boolean' },
  'no-ssh-tty': { type: 'boolean' },
  'use-remote-sudo': { type: 'boolean' },
} as const;
const successor = {
  ...common,
  'no-reexec': { type: 'boolean' },
  sudo: { type: 'boolean' },
  'ask-sudo-password': { type: 'boolean' },
} as const;
const profile = '/nix/var/nix/profiles/system';
/** As the successor starts the switch where the host has systemd. */
const inUnit = [
  ...['systemd-run', '-E', 'LOCALE_ARCHIVE', '-E', 'NIXOS_INSTALL_BOOTLOADER', '--collect', '--no-ask-password'],
  ...['--pipe', '--quiet', '--service-type=exec', '--unit=nixos-rebuild-switch-to-configuration'],
];

/**
 * What nixos-rebuild does for another machine. Each generation knows its own options alone, and ends in its own words:
 * those of the script are its source's, those of its successor were compared with the program.
 */
export async function nixosRebuild(argv: readonly string[], generation: 'bash' | 'ng'): Promise<number> {
  const options = generation === 'bash' ? script : successor;
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const [goal = 'switch'] = positionals;
  const [flake = '', name = ''] = (values.flake ?? '').split('#');
  const failed = (command: readonly string[], code: number): number => {
    if (generation === 'bash') return 1;
    say(`Command '${command.map(shellWord).join(' ')}' returned non-zero exit status ${code}.`);
    return code;
  };
  const place = values['target-host'] ?? '';
  const mayAsk = 'ask-sudo-password' in values && values['ask-sudo-password'] === true;
  const isSudo = mayAsk || ('sudo' in values ? values.sudo : 'use-remote-sudo' in values) === true;
  const password = mayAsk ? await askAtTerminal(`[sudo] password for ${place}: `) : null;
  say('building the system configuration...');
  const attribute = `${flake}#nixosConfigurations."${name}".config.system.build.toplevel`;
  const nixBuild = ['nix', '--extra-experimental-features', 'nix-command flakes', 'build'];
  const system = await build(attribute, say);
  if (system === null) return failed([...nixBuild, '--print-out-paths', attribute], 1);
  if (goal === 'build') return 0;
  const sshOptions = (process.env['NIX_SSHOPTS'] ?? '').split(' ');
  const way: Way = { place, sshOptions };
  const copied = await copy(system, way, (line) => say(line.replace('ssh-ng://', 'ssh://')));
  if (copied !== 0) return failed(['nix-copy-closure', '--to', place, system], copied);

  const asRoot = !isSudo ? [] : password === null ? ['sudo'] : ['sudo', '--prompt=', '--stdin'];
  const asIs = (line: string): void => say(line);
  const there = async (command: readonly string[]): Promise<number> => {
    const words = [...asRoot, ...command];
    const code = await onHost(way, words.map(shellWord).join(' '), asIs, password === null ? '' : `${password}\n`);
    if (code !== 0 && isSudo && password === null && generation === 'ng') {
      say('error: while running command with remote sudo, did you forget to use --ask-sudo-password?');
    }
    return code === 0 ? 0 : failed(['ssh', ...sshOptions, place, '--', ...words], code);
  };
  if (goal !== 'test') {
    const code = await there(['nix-env', '-p', profile, '--set', system]);
    if (code !== 0) return code;
  }
  const change = [`${system}/bin/switch-to-configuration`, goal];
  const hasUnits = generation === 'ng' && (await onHost(way, 'test -d /run/systemd/system', () => undefined)) === 0;
  const code = await there(['env', 'NIXOS_INSTALL_BOOTLOADER=0', ...(hasUnits ? inUnit : []), ...change]);
  if (code === 0 && generation === 'ng') say(`Done. The new configuration is ${system}`);
  if (code !== 0 && generation === 'bash') say('warning: error(s) occurred while switching to the new configuration');
  return code;
}
