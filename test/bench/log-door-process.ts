import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowserDoor } from '../../electron/browser/server.ts';
import { createEngine } from '../../electron/engine/engine.ts';
import { windowless } from '../../electron/engine/surroundings.ts';

// The engine behind the browser door in a process of its own, as `serve` runs it, without the page.
const engine = await createEngine({ env: process.env, surroundings: windowless('browser') });
const pageFolder = mkdtempSync(join(process.env['NIXSTEAD_HOME'] ?? '', 'page-'));
writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>Bench</title>');
const door = await openBrowserDoor({ router: engine.router, pageFolder });
process.stdout.write(`${JSON.stringify({ port: door.port, token: door.token })}\n`);
