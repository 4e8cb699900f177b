import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBrowserDoor } from '../../../electron/browser/server.ts';
import { createSmallEngine } from './small-engine.ts';

// A browser door in a process of its own, listening on the socket that it inherits as file descriptor 3.
const pageFolder = mkdtempSync(join(tmpdir(), 'nixstead-door-process-'));
writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>Inherited</title>');
const door = await openBrowserDoor({ router: createSmallEngine().router, pageFolder, listenFd: 3 });
process.stdout.write(`${door.url}\n`);
