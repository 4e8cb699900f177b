import type { Bench } from '../../build/bench/bench.ts';
import { labAvailability } from '../lab/index.ts';
import { deploysWith, deployWith, hostCount, rounds, timed, withTenHosts, type Deploys } from './ten-hosts.ts';

/**
 * What somebody would write: the same nix and ssh commands for every host, all at once or one after the other.
 * `$1` fleet, `$2` "parallel" or "loop", then pairs of host and address.
 */
const handWritten = `
set -eu
fleet=$1 how=$2
shift 2
options='-o StrictHostKeyChecking=accept-new -o ConnectTimeout=10'
export NIX_SSHOPTS="$options"
deploy() {
  system=$(nix build --no-link --print-out-paths "$fleet#nixosConfigurations.$1.config.system.build.toplevel")
  nix copy --no-check-sigs --substitute-on-destination --to "ssh-ng://root@$2" "$system"
  ssh $options "root@$2" nix-env -p /nix/var/nix/profiles/system --set "$system"
  ssh $options "root@$2" "$system/bin/switch-to-configuration" switch
}
while [ $# -gt 0 ]; do
  if [ "$how" = parallel ]; then deploy "$1" "$2" & else deploy "$1" "$2"; fi
  shift 2
done
failed=0
for job in $(jobs -p); do wait "$job" || failed=1; done
exit $failed
`;

/** The bare evaluation of what all hosts should run. */
const evaluation =
  'configurations: builtins.mapAttrs (name: host: host.config.system.build.toplevel.outPath) configurations';

async function product(): Promise<Deploys & { evaluation: number }> {
  return withTenHosts('plain', async (lab, path) => {
    const evaluations: number[] = [];
    const evaluate = ['nix', 'eval', '--json', '--apply', evaluation, `git+file://${path}#nixosConfigurations`];
    const deploys = await deploysWith(lab, deployWith(path), async () => {
      evaluations.push(await timed(lab, evaluate));
    });
    return { ...deploys, evaluation: Math.min(...evaluations) };
  });
}

function script(how: 'parallel' | 'loop'): Promise<number> {
  return withTenHosts('plain', (lab, path) => {
    const hosts = lab.hosts.flatMap(({ name, address }) => [name, address]);
    return timed(lab, ['bash', '-c', handWritten, 'bash', `git+file://${path}`, how, ...hosts]);
  });
}

export default {
  name: `deploying ${hostCount} hosts of the lab`,
  async whyNot() {
    const availability = await labAvailability();
    return availability.available ? null : availability.reason;
  },
  async run() {
    const results: Awaited<ReturnType<typeof product>>[] = [];
    const parallel: number[] = [];
    const loop: number[] = [];
    // In turns, so that a busy minute of the machine does not hit one of them alone; the best of each counts.
    for (let round = 0; round < rounds; round += 1) {
      results.push(await product());
      parallel.push(await script('parallel'));
      loop.push(await script('loop'));
    }
    const ours = Math.min(...results.map(({ fromNothing }) => fromNothing));
    const nothingToDo = Math.min(...results.map((result) => result.nothingToDo));
    const evaluationAlone = Math.min(...results.map((result) => result.evaluation));
    const compare = (name: string, value: number, other: number, atMost: number) => ({
      name,
      value: value / other,
      unit: 'x',
      atMost,
      detail: `${value.toFixed(2)} s against ${other.toFixed(2)} s, best of ${rounds}`,
    });
    return [
      compare('10 hosts from nothing, against a parallel shell script', ours, Math.min(...parallel), 1.15),
      compare('10 hosts from nothing, against the same in a loop', ours, Math.min(...loop), 0.7),
      compare('nothing to do on 10 hosts, against evaluating them once', nothingToDo, evaluationAlone, 1.3),
    ];
  },
} satisfies Bench;
