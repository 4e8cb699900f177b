import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { nodePath } from '../test/lab/controller.ts';
import { enterRunningLab } from '../test/lab/running.ts';
import { root } from './places.ts';

/**
 * `npm run cli -- ...`: the command line from the sources. Where an argument is the folder of a running lab's fleet, it
 * runs inside that lab, where the fleet's hosts are.
 */
const program = join(root, 'electron', 'cli', 'main.ts');
const words = process.argv.slice(2);
const enter = words.map((word) => enterRunningLab(resolve(word))).find((prefix) => prefix !== null);
const [first = '', ...rest] = [...(enter ? [...enter, nodePath] : [process.execPath]), program, ...words];
const child = spawn(first, rest, { stdio: 'inherit' });
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => (process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)));
