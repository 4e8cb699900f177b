import { openBrowserDoor } from '../../../electron/browser/server.ts';
import { createSmallEngine } from './small-engine.ts';

// A browser door in a process of its own: shows the page of the folder that it is given, and listens on the socket that it
// inherits as file descriptor 3.
const [pageFolder = ''] = process.argv.slice(2);
const door = await openBrowserDoor({ router: createSmallEngine().router, pageFolder, listenFd: 3 });
process.stdout.write(`${door.url}\n`);
