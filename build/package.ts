import { join } from 'node:path';
import { runCommand } from './checks/run-command.ts';
import { buildPage } from './page.ts';
import { root } from './places.ts';
import { buildProcesses } from './processes.ts';

/**
 * `npm run package [-- electron-builder's arguments]`: bundles the app and packs it for this platform into out/.
 * `-- --dir` makes only the unpacked folder; with NIXSTEAD_ELECTRON_DIST naming a folder that holds an Electron, it
 * needs no network.
 */
console.log('package: building the page and the programs ...');
await buildPage();
await buildProcesses();
const { exitCode } = await runCommand(
  [
    process.execPath,
    join(root, 'node_modules', 'electron-builder', 'cli.js'),
    '--config',
    'build/electron-builder.config.cjs',
    '--publish',
    'never',
    ...process.argv.slice(2),
  ],
  { onOutput: (text) => process.stdout.write(text) },
);
process.exitCode = exitCode ?? 1;
