import { parseArgs } from 'node:util';
import { activate, build, copy, type Way } from './host-work.ts';

const common = {
  flake: { type: 'string' },
  'target-host': { type: 'string' },
  'build-host': { type: 'string' },
  'use-substitutes': { type: 'boolean' },
} as const;
const script = { ...common, fast: { type: 'boolean' }, 'no-ssh-tty': { type: 'boolean' } } as const;
const successor = { ...common, 'no-reexec': { type: 'boolean' } } as const;

/**
 * What nixos-rebuild does for another machine. Each generation knows its own options alone, and ends in its own words;
 * there is no recording of either, so the words are those of their sources.
 */
export async function nixosRebuild(argv: readonly string[], generation: 'bash' | 'ng'): Promise<number> {
  const options = generation === 'bash' ? script : successor;
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const [goal = 'switch'] = positionals;
  const [flake = '', name = ''] = (values.flake ?? '').split('#');
  const failed = (command: string, code: number): number => {
    if (generation === 'ng') say(`Command '['ssh', '${command}']' returned non-zero exit status ${code}.`);
    return 1;
  };
  say('building the system configuration...');
  const system = await build(`${flake}#nixosConfigurations."${name}".config.system.build.toplevel`, say);
  if (system === null) return failed('nix build', 1);
  if (goal === 'build') return 0;
  const sshOptions = (process.env['NIX_SSHOPTS'] ?? '').split(' ');
  const way: Way = { place: values['target-host'] ?? '', sshOptions };
  const copied = await copy(system, way, (line) => say(line.replace('ssh-ng://', 'ssh://')));
  if (copied !== 0) return failed('nix-copy-closure', copied);
  const { code, command } = await activate(way, system, goal, say);
  if (code === 0) {
    if (generation === 'ng') say(`Done. The new configuration is ${system}`);
    return 0;
  }
  if (generation === 'bash') say('warning: error(s) occurred while switching to the new configuration');
  return failed(command, code);
}
