import { commandLine, createLab } from '../lab/index.ts';
import type { Lab } from '../lab/index.ts';
import type { FleetTemplate } from '../lab/fleet.ts';

export const hostCount = 10;
/** So often each way is measured; the best counts. */
export const rounds = 3;

/**
 * The lab's nixpkgs evaluates and activates in hundredths of a second. So that the figures say something about real
 * hosts, every host here takes half a second to evaluate and one second to activate; a real one takes longer for both.
 */
const weight = `
  environment.etc."weight".text = toString (
    builtins.foldl' (sum: _: builtins.foldl' builtins.bitXor sum (builtins.genList (number: number) 1000)) 0 (
      builtins.genList (round: round) 6000
    )
  );
  pocket.activationSeconds = 1;
`;

/** Seconds that a program in the controller takes. @throws Error where it fails, with what it said */
export async function timed(lab: Lab, argv: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const { exitCode, stdout, stderr } = await lab.controller.exec(argv, { timeoutMs: 300_000 });
  if (exitCode !== 0) throw new Error(`${argv.slice(0, 3).join(' ')} ended with ${exitCode}\n${stdout}\n${stderr}`);
  return (performance.now() - startedAt) / 1000;
}

/**
 * A controller that has built nothing, and ten hosts as they were installed, in a fleet of this form.
 * @param sees paths of this computer that the controller sees
 */
export async function withTenHosts<T>(
  template: FleetTemplate,
  work: (lab: Lab, fleet: string) => Promise<T>,
  sees: readonly string[] = [],
): Promise<T> {
  await using lab = await createLab({ name: 'bench', sees });
  const hosts = Array.from({ length: hostCount }, (_, index) => `host-${index + 1}`);
  await lab.up(hosts);
  const { path } = await lab.fleet(template, { config: Object.fromEntries(hosts.map((host) => [host, weight])) });
  return await work(lab, path);
}

/** Seconds from nothing, and the best of {@link rounds} with nothing to do. */
export interface Deploys {
  readonly fromNothing: number;
  readonly nothingToDo: number;
}

/** Deploys everything, and then again and again. `before`: what is to be measured before each of those. */
export async function deploysWith(
  lab: Lab,
  argv: readonly string[],
  before: () => Promise<void> = async () => undefined,
): Promise<Deploys> {
  const fromNothing = await timed(lab, argv);
  const again: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await before();
    again.push(await timed(lab, argv));
  }
  return { fromNothing, nothingToDo: Math.min(...again) };
}

export const deployWith = (path: string) => ['node', commandLine, ...['deploy', path, '--on', '*', '--yes', '--json']];
