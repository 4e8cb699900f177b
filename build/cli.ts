import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { commandLine, nodePath } from '../test/lab/controller.ts';
import { enterRunningLab } from '../test/lab/running.ts';
import { buildProcesses } from './processes.ts';

/**
 * `npm run cli -- ...`: the command line, built from the sources where they changed. Where an argument is the folder of a running lab's fleet, it
 * runs inside that lab, where the fleet's hosts are.
 */
await buildProcesses(() => console.error('building the command line ...'));
const words = process.argv.slice(2);
const enter = words.map((word) => enterRunningLab(resolve(word))).find((prefix) => prefix !== null);
const [first = '', ...rest] = [...(enter ? [...enter, nodePath] : [process.execPath]), commandLine, ...words];
const child = spawn(first, rest, { stdio: 'inherit' });
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
child.on('exit', (code, signal) => (process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1)));
