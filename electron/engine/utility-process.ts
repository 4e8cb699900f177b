import { createEngine } from './engine.ts';
import { followShell } from './shell-line.ts';

// The engine's process under Electron. Electron gives it `parentPort`, its line to the main process.
followShell({
  parentPort: process.parentPort,
  createEngine,
  env: process.env,
  exit: (code) => process.exit(code),
});
