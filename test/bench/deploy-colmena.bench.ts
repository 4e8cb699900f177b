import { join } from 'node:path';
import type { Bench } from '../../build/bench/bench.ts';
import { labAvailability } from '../lab/index.ts';
import { programHere, whyNotInLab } from './program-here.ts';
import { deploysWith, deployWith, hostCount, rounds, withTenHosts, type Deploys } from './ten-hosts.ts';

/** The same hive, by the product or by colmena as somebody would call it. */
function hive(argvOf: (path: string) => readonly string[], sees: readonly string[] = []): Promise<Deploys> {
  return withTenHosts('colmena', (lab, path) => deploysWith(lab, argvOf(path)), sees);
}

export default {
  name: `deploying ${hostCount} hosts of the lab, against colmena`,
  async whyNot() {
    const availability = await labAvailability();
    if (!availability.available) return availability.reason;
    const colmena = await programHere('colmena');
    return typeof colmena === 'string' ? colmena : whyNotInLab(colmena);
  },
  async run() {
    const colmena = await programHere('colmena');
    if (typeof colmena === 'string') throw new Error(colmena);
    const { program, sees } = colmena;
    const ours: Deploys[] = [];
    const theirs: Deploys[] = [];
    // In turns, so that a busy minute of the machine does not hit one of them alone; the best of each counts.
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await hive(deployWith));
      theirs.push(await hive((path) => [program, 'apply', '--config', join(path, 'flake.nix')], sees));
    }
    const compare = (name: string, which: keyof Deploys, atMost: number) => {
      const [value, other] = [ours, theirs].map((all) => Math.min(...all.map((deploys) => deploys[which])));
      if (value === undefined || other === undefined) throw new TypeError('There are two of them');
      const detail = `${value.toFixed(2)} s against ${other.toFixed(2)} s, best of ${rounds}`;
      return { name, value: value / other, unit: 'x', atMost, detail };
    };
    return [
      compare('10 hosts from nothing, against colmena', 'fromNothing', 0.8),
      compare('nothing to do on 10 hosts, against colmena', 'nothingToDo', 0.5),
    ];
  },
} satisfies Bench;
