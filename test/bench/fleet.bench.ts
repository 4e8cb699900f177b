import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Bench, Measurement } from '../../build/bench/bench.ts';
import { factoryFlake } from '../../shared/fleet/template/flake-factory.ts';
import { simpleFlake } from '../../shared/fleet/template/flake-simple.ts';
import { parseNix } from '../../shared/nix/parser.ts';
import { createLab, labAvailability, projectRoot } from '../lab/index.ts';
import type { Lab } from '../lab/index.ts';

const hostCount = 100;
const rounds = 5;
const bytesToParse = 2_000_000;
/** Longer than any file of the fleets that were looked at, but for lists of packages that programs write. */
const bytesTypedIn = 100_000;

/**
 * The lab's nixpkgs tells of a host in one millisecond, so that starting a process or asking git weighs as much as all
 * hosts. Here each host takes twenty of them; one of the real nixpkgs takes several hundred.
 */
const weight = `deployment.sshOptions = builtins.seq
  (builtins.foldl' (sum: _: builtins.foldl' builtins.bitXor sum (builtins.genList (number: number) 1000)) 0
    (builtins.genList (round: round) 100))
  [ ];`;

const times = z.object({ evaluated: z.array(z.number()), bare: z.array(z.number()), cached: z.array(z.number()) });

async function opening(lab: Lab, name: string, config: Record<string, string>) {
  const hosts = Array.from({ length: hostCount }, (_, index) => `host-${index + 1}`);
  const { path } = await lab.fleet('colmena', { name, hosts, config });
  const argv = ['node', join(projectRoot, 'test/bench/fleet-opening-process.ts'), path, String(rounds)];
  const { exitCode, stdout, stderr } = await lab.controller.exec(argv, { timeoutMs: 300_000 });
  if (exitCode !== 0) throw new Error(`opening ended with ${exitCode}\n${stdout}\n${stderr}`);
  const { evaluated, bare, cached } = times.parse(JSON.parse(stdout));
  const [open, evaluation] = [Math.min(...evaluated), Math.min(...bare)];
  return {
    ratio: open / evaluation,
    detail: `${Math.round(open)} ms against ${Math.round(evaluation)} ms, best of ${rounds}`,
    cached,
  };
}

async function openings(): Promise<Measurement[]> {
  await using lab = await createLab({ name: 'fleet-bench' });
  const names = Array.from({ length: hostCount }, (_, index) => `host-${index + 1}`);
  const weighty = await opening(lab, 'weighty', Object.fromEntries(names.map((name) => [name, weight])));
  const light = await opening(lab, 'light', {});
  return [
    {
      name: `opening ${hostCount} hosts, against one nix eval of the same values`,
      value: weighty.ratio,
      unit: 'x',
      atMost: 1.25,
      detail: weighty.detail,
    },
    {
      name: `the same where a host takes a millisecond, for the fixed costs`,
      value: light.ratio,
      unit: 'x',
      detail: light.detail,
    },
    {
      name: `opening ${hostCount} unchanged hosts again`,
      value: Math.min(...light.cached),
      unit: 'ms',
      atMost: 150,
      detail: `best of ${rounds}, the worst ${Math.round(Math.max(...light.cached))} ms`,
    },
  ];
}

/** Flakes as people write them, as one text. */
function parsing(): Measurement[] {
  const fixtures = ['doctor-hive', 'doctor-deploy-rs', 'attrsets'].map((name) =>
    readFileSync(join(projectRoot, 'test/fixtures/fleets', name, 'flake.nix'), 'utf8'),
  );
  const fleet = { name: 'home', release: '26.05' };
  const one = [...fixtures, factoryFlake(fleet), simpleFlake(fleet)].map((text) => `(\n${text})\n`).join('');
  const textOf = (length: number): string => `[\n${one.repeat(Math.ceil(length / one.length))}]\n`;
  const times = (text: string, rounds: number): number[] =>
    Array.from({ length: rounds }, () => {
      const startedAt = performance.now();
      const { problems } = parseNix(text);
      const time = performance.now() - startedAt;
      if (problems.length > 0) throw new Error(`the text is not Nix: ${problems[0]?.message}`);
      return time;
    }).toSorted((a, b) => a - b);
  const text = textOf(bytesToParse);
  const bytes = Buffer.byteLength(text);
  const [best = NaN] = times(text, 7);
  const typed = times(textOf(bytesTypedIn), 101);
  return [
    {
      name: 'parsing Nix',
      value: bytes / 1000 / best,
      unit: 'MB/s',
      atLeast: 5,
      detail: `${(bytes / 1e6).toFixed(1)} MB in ${Math.round(best)} ms, best of 7`,
    },
    {
      name: `parsing a file of ${bytesTypedIn / 1000} KB anew, as the editor does while it is typed in`,
      value: typed[50] ?? NaN,
      unit: 'ms',
      atMost: 16,
      detail: `the median of 101, the worst ${typed.at(-1)?.toFixed(1)} ms`,
    },
  ];
}

export default {
  name: `opening ${hostCount} hosts, and parsing`,
  async whyNot() {
    const availability = await labAvailability();
    return availability.available ? null : availability.reason;
  },
  async run() {
    return [...(await openings()), ...parsing()];
  },
} satisfies Bench;
