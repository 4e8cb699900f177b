#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { homeFolder } from '../engine/home.ts';
import { takeInterrupts } from './interrupt.ts';

takeInterrupts();

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `nixstead … | head` closes the pipe: nobody reads any more.
  if (error.code === 'EPIPE') process.exit(0);
  // A file on a disk that is full: what was written so far is not all.
  process.stderr.write(`The output could not be written: ${error.message}\n`);
  process.exit(1);
});

const { stdin, stdout, stderr, env } = process;
// From the second time on, half of what it takes to start is saved. `--help` makes no data folder.
const cache = join(homeFolder(env), 'cache');
if (existsSync(cache)) enableCompileCache(join(cache, 'node'));
const { runCommandLine } = await import('./run.ts');
process.exitCode = await runCommandLine(process.argv.slice(2), { stdin, stdout, stderr, env });
