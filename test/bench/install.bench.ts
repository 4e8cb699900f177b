import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench } from '../../build/bench/bench.ts';
import { InstallLab, layout, type Bench as Machine } from '../integration/install/install-lab.ts';
import { commandLine, labAvailability } from '../lab/index.ts';

const rounds = 2;
const probes = 3;
/** As a small system over a line of a home network: the lab's own is a few kilobytes. */
const systemMebibytes = 300;
const kbitPerSecond = 100_000;

/** What a person would type: the tool, then ssh until the new system answers. `$1` flake, `$2` host, `$3` address. */
const bareTool = `
set -eu
nixos-anywhere --flake "$1#$2" --target-host "root@$3"
options='-o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o ConnectTimeout=2 -o LogLevel=ERROR'
until [ "$(ssh $options "root@$3" hostname)" = "$2" ]; do sleep 0.2; done
`;

async function timed(home: InstallLab, argv: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const { exitCode, stdout, stderr } = await home.lab.controller.exec(argv, { timeoutMs: 300_000 });
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}\n${stdout}\n${stderr}`);
  return (performance.now() - startedAt) / 1000;
}

/** A machine that runs the installer, and a fleet that has it already, with its layout and a system of some size. */
async function machine(home: InstallLab, name: string): Promise<Machine> {
  const bench = await home.machine(name, { size: '2G' });
  await home.must('fleet', 'add-host', bench.fleet, name, '--target', `root@${bench.host.address}`);
  await writeFile(join(bench.fleet, 'hosts', name, 'disko.nix'), layout(bench.serial));
  await bench.config(`  environment.etc.data.source = pkgs.payload ${systemMebibytes};`);
  await home.lab.controller.exec(['git', 'add', '--all'], { cwd: bench.fleet });
  await home.lab.controller.exec(['git', 'commit', '-qm', name], { cwd: bench.fleet });
  // What has to be built is the same for all, and built before.
  const data = `git+file://${bench.fleet}#nixosConfigurations.${name}.config.environment.etc.data.source`;
  await timed(home, ['nix', 'build', '--no-link', data]);
  await bench.host.link({ kbitPerSecond });
  return bench;
}

const ours = ({ fleet, name, host, serial }: Machine): string[] => [
  ...['node', commandLine, 'install', fleet, name, '--target', `root@${host.address}`],
  ...['--confirm-wipe', serial, '--hardware', 'none', '--json'],
];
const bare = ({ fleet, name, host }: Machine): string[] => [
  ...['bash', '-c', bareTool, 'bash', `git+file://${fleet}`, name, host.address],
];

/** Where the time of an install went, a stage with its seconds each. */
async function stageSeconds(home: InstallLab, host: string): Promise<string> {
  const { steps } = await home.job(await home.latestJob(host));
  const spent = steps.flatMap(({ stage, startedAt, endedAt }) =>
    startedAt === null || endedAt === null || endedAt === startedAt
      ? []
      : [`${stage} ${((endedAt - startedAt) / 1000).toFixed(1)}`],
  );
  return spent.join(', ');
}

async function probeSeconds(home: InstallLab): Promise<number> {
  const { host } = await home.machine('probed');
  const probe = ['node', commandLine, 'hosts', 'probe', `root@${host.address}`, '--json'];
  const times: number[] = [];
  for (let round = 0; round < probes; round += 1) times.push(await timed(home, probe));
  return times.toSorted((a, b) => a - b)[Math.floor(probes / 2)] ?? Infinity;
}

export default {
  name: 'installing a machine of the lab',
  async whyNot() {
    const availability = await labAvailability();
    return availability.available ? null : availability.reason;
  },
  async run() {
    await using home = await InstallLab.start('bench');
    const probe = await probeSeconds(home);
    const times = { ours: [] as number[], bare: [] as number[] };
    let spent = '';
    // In turns, so that a busy minute of the computer does not hit one of them alone; the best of each counts.
    for (let round = 1; round <= rounds; round += 1) {
      times.bare.push(await timed(home, bare(await machine(home, `bare-${round}`))));
      const took = await timed(home, ours(await machine(home, `ours-${round}`)));
      if (took < Math.min(...times.ours)) spent = await stageSeconds(home, `ours-${round}`);
      times.ours.push(took);
    }
    const [best, tool] = [Math.min(...times.ours), Math.min(...times.bare)];
    return [
      {
        name: 'probing a machine, the command as a whole',
        value: probe,
        unit: 's',
        atMost: 3,
        detail: `median of ${probes}`,
      },
      {
        name: 'an install to its verified first boot, against nixos-anywhere until ssh answers',
        value: best / tool,
        unit: 'x',
        atMost: 1.1,
        detail: `${best.toFixed(1)} s against ${tool.toFixed(1)} s, ${systemMebibytes} MiB at 100 Mbit/s, best of ${rounds}; ${spent}`,
      },
    ];
  },
} satisfies Bench;
