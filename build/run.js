// @ts-check
/**
 * `node build/run.js COMMAND [arguments]`: sets up what COMMAND needs, then starts `build/COMMAND.ts` (or the program
 * it names) with Node 24. Runs on Node 20, without any package.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, setUp } from './setup.js';
import { say } from './setup/say.js';

/** @typedef {import('./setup/programs.js').Need} Need */

/** @type {Record<string, { entry: string, args?: string[], needs: (args: string[]) => Need[] }>} */
const commands = {
  start: { entry: 'build/start.ts', needs: (args) => (args.includes('--practice') ? ['start', 'lab'] : ['start']) },
  dev: { entry: 'build/dev.ts', needs: () => ['start'] },
  cli: { entry: 'build/cli.ts', needs: () => ['start'] },
  lab: { entry: 'test/lab/main.ts', needs: () => ['start', 'lab'] },
  test: { entry: 'build/test.ts', needs: () => ['start', 'lab', 'test'] },
  bench: { entry: 'build/bench.ts', needs: () => ['start', 'lab', 'test'] },
  pictures: { entry: 'test/e2e/pictures.ts', needs: () => ['start', 'lab', 'test'] },
  package: { entry: 'build/package.ts', needs: () => [] },
};

const [name = '', ...args] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) {
  process.stderr.write(`usage: node build/run.js ${Object.keys(commands).join('|')} [arguments]\n`);
  process.exit(2);
}

try {
  const { node, env } = await setUp(command.needs(args));
  const child = spawn(node, [join(root, command.entry), ...(command.args ?? []), ...args], { stdio: 'inherit', env });
  // The terminal sends Ctrl-C to both; the child decides when it is over.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  child.on('error', (error) => {
    say(error.message);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal !== null) say(`${name} was ended by ${signal} before it was done`);
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
