#!/usr/bin/env node
import { takeInterrupts } from './interrupt.ts';
import { runCommandLine } from './run.ts';

takeInterrupts();

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `nixstead … | head` closes the pipe: nobody reads any more.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const { stdin, stdout, stderr, env } = process;
process.exitCode = await runCommandLine(process.argv.slice(2), { stdin, stdout, stderr, env });
