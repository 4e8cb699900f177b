import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowserDoor } from '../../electron/browser/server.ts';
import { createEngine } from '../../electron/engine/engine.ts';

// The engine behind the browser door in a process of its own, as `serve` runs it, without the page.
const engine = await createEngine({
  env: process.env,
  surroundings: {
    door: 'browser',
    initialPath: null,
    canChooseFolder: false,
    chooseFolder: async () => null,
    openExternal: async () => undefined,
  },
});
const pageFolder = mkdtempSync(join(process.env['NIXSTEAD_HOME'] ?? '', 'page-'));
writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>Bench</title>');
const door = await openBrowserDoor({ router: engine.router, pageFolder });
process.stdout.write(`${JSON.stringify({ port: door.port, token: door.token })}\n`);
