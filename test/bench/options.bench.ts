import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Bench, Measurement } from '../../build/bench/bench.ts';
import { createLab, labAvailability, projectRoot } from '../lab/index.ts';
import { optionModule, type BenchOption } from './option-module.ts';

/** The manual of NixOS has some twenty thousand options, most of them below `services`, with 77 characters of text each. */
const services = 850;
const text = 'Whether, and how, this is done, told in as many words as the manual takes for it.';

function optionsOfService(name: string): BenchOption[] {
  const option = (path: string, type: string, value: string | null): BenchOption => ({
    ...{ name: `${name}.${path}`, type, default: value },
    description: `${text} (${path})`,
  });
  return [
    option('enable', 'types.bool', 'false'),
    option('package', 'types.package', 'pkgs.some-service'),
    ...['user', 'group', 'dataDir', 'logLevel', 'address'].map((path) => option(path, 'types.str', `"${path}"`)),
    ...Array.from({ length: 8 }, (_, at) => option(`settings.key-${at}`, 'types.nullOr types.int', 'null')),
    ...Array.from({ length: 6 }, (_, at) => option(`virtualHosts.<name>.key-${at}`, 'types.str', null)),
    option('virtualHosts.<name>.port', 'types.int', '80'),
  ];
}

const times = z.object({ known: z.number(), grown: z.number(), count: z.int(), answers: z.array(z.number()) });

export default {
  name: 'the options of a whole NixOS',
  async whyNot() {
    const availability = await labAvailability();
    return availability.available ? null : availability.reason;
  },
  async run(): Promise<Measurement[]> {
    await using lab = await createLab({ name: 'options-bench' });
    const { path } = await lab.fleet('plain', { hosts: ['big'], config: { big: 'imports = [ ./options.nix ];' } });
    const names = Array.from({ length: services }, (_, index) => `services.service-${index}`);
    await writeFile(join(path, 'hosts/big/options.nix'), optionModule(names.flatMap(optionsOfService)));
    await lab.controller.exec(['git', 'add', '--all'], { cwd: path });
    const ask = async () => {
      const argv = ['node', join(projectRoot, 'test/bench/options-process.ts'), path];
      const { exitCode, stdout, stderr } = await lab.controller.exec(argv, { timeoutMs: 300_000 });
      if (exitCode !== 0) throw new Error(`reading options ended with ${exitCode}\n${stdout}\n${stderr}`);
      return times.parse(JSON.parse(stdout));
    };
    const first = await ask();
    const again = await ask();
    const sorted = again.answers.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;
    return [
      {
        name: `${first.count} options, read once for a lock`,
        value: first.known / 1000,
        unit: 's',
        detail: 'of modules that do nothing else; a real nixpkgs takes longer',
      },
      {
        name: 'the same from the cache, in another start of the app',
        value: again.known,
        unit: 'ms',
        atMost: 1000,
        detail: `the engine grows by ${Math.round(again.grown)} MB`,
      },
      {
        name: 'names for a place that is typed at',
        value: at(0.95),
        unit: 'ms',
        atMost: 16,
        detail: `95 of 100 answers, the worst ${at(1).toFixed(1)} ms`,
      },
    ];
  },
} satisfies Bench;
