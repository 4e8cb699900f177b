import { join } from 'node:path';
import type { FleetKind } from '../../../../shared/contract/host.ts';
import { configPathWithoutSpaces } from '../../ssh/config.ts';
import { askProgram } from '../../tools/program.ts';
import { readColmenaLine, readColmenaVersion } from './colmena-output.ts';
import { engineProblems } from './problems.ts';
import type { Tool } from './tool.ts';

/**
 * Colmena, one run per host: it evaluates several hosts in one piece, so that one which cannot be evaluated would take the
 * others with it, and it tells no exit status of single hosts. It is given no terminal, where it would redraw its lines.
 */
export const colmena: Tool = {
  name: 'colmena',
  guard: 'watchdog',
  programs: ['colmena'],
  package: 'nixpkgs#colmena',
  identify: async (path) => {
    const answer = await askProgram([path, '--version']);
    return readColmenaVersion(`${answer?.stdout ?? ''}${answer?.stderr ?? ''}`);
  },
  sources: ['colmenaHive', 'colmena', 'hive.nix'],
  goals: ['switch', 'boot', 'test', 'push', 'build'],
  whyNot({ name, sources }, { version, generation }) {
    if (sources.includes('hive.nix')) return null;
    const wanted: FleetKind = generation === 'v0' ? 'colmena' : 'colmenaHive';
    if (sources.includes(wanted) && !(generation === 'v0' && sources.includes('colmenaHive'))) return null;
    return engineProblems.colmenaOutput(version, name, generation === 'v0' ? 'colmenaHive' : 'colmena');
  },
  takesPassword: () => false,
  question: null,
  buildsAt: (place) => place === 'here' || place === 'target',
  command({ program, spec, host, files }) {
    const { fleet, goal, asked } = spec;
    // What lies in a folder is named by its file, as git has it; what was fetched, and a commit, by its reference.
    const isFolder = /^(?:git\+file|path):/.test(fleet.ref) && !/[?&]rev=/.test(fleet.ref);
    const config = fleet.form === 'flake' && isFolder ? join(fleet.path, 'flake.nix') : fleet.ref;
    const [verb, ...words] = goal === 'build' ? ['build'] : ['apply', goal];
    const place =
      asked.buildOn === 'target' ? ['--build-on-target'] : asked.buildOn === 'here' ? ['--no-build-on-target'] : [];
    return {
      argv: [program.path, verb ?? 'apply', ...words, '--config', config, '--on', host.name, ...place],
      env: { RUST_LOG: 'info', SSH_CONFIG_FILE: configPathWithoutSpaces(files) },
      cwd: fleet.path,
    };
  },
  read: readColmenaLine,
};
