import { colmena } from './colmena.ts';
import { deployRs } from './deploy-rs.ts';
import { nixosRebuild } from './nixos-rebuild.ts';

/** `main.ts PROGRAM ARGUMENTS…`: stands in for a deploying program that cannot be had without the network. */
const [program = '', ...argv] = process.argv.slice(2);
const programs: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = {
  colmena,
  deploy: deployRs,
  'nixos-rebuild': (words) => nixosRebuild(words, 'bash'),
  'nixos-rebuild-ng': (words) => nixosRebuild(words, 'ng'),
};
const run = programs[program];
if (run === undefined) throw new Error(`there is no stand-in for ${program}`);
process.exitCode = await run(argv);
