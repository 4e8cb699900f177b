import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createServer } from 'vite';
import { z } from 'zod';
import { tokenFromFragment, webSocketPath } from '../shared/doors/web-socket.ts';
import { buildPage } from './page.ts';
import { root } from './places.ts';
import { tellNewToken } from './dev/new-token.ts';

/**
 * `npm run dev [-- DIR]`: the page with hot reload, and the engine behind the same token door, started anew when one of
 * its files changes. The open page moves on to the new token by itself.
 */
const [fleet] = process.argv.slice(2);
// The door refuses to start without a built page, even where Vite serves a fresher one.
await buildPage();

const enginePort = await freePort();
const newToken = tellNewToken();
const page = await createServer({
  configFile: join(root, 'build', 'vite', 'renderer.ts'),
  clearScreen: false,
  plugins: [newToken.plugin],
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { [webSocketPath]: { target: `ws://127.0.0.1:${enginePort}`, ws: true, changeOrigin: true } },
  },
});
await page.listen();
const origin = new URL(page.resolvedUrls?.local[0] ?? 'http://127.0.0.1:5173').origin;

const arguments_ = [String(enginePort), origin, ...(fleet === undefined ? [] : [resolve(fleet)])];
const engine = spawn(
  process.execPath,
  ['--watch', '--watch-preserve-output', join(root, 'build', 'dev', 'engine.ts'), ...arguments_],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const address = z.object({ url: z.string() });
createInterface({ input: engine.stdout }).on('line', (line) => {
  if (!line.startsWith('{')) return console.log(line);
  const fragment = new URL(address.parse(JSON.parse(line)).url).hash;
  if (tokenFromFragment(fragment) === null) return;
  newToken.tell(page, fragment);
  console.log(`dev: ${origin}/${fragment}`);
});

const stop = async () => {
  engine.kill('SIGTERM');
  await page.close();
  process.exit(0);
};
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const taken = server.address();
  server.close();
  await once(server, 'close');
  if (taken === null || typeof taken === 'string') throw new Error('No free port on 127.0.0.1');
  return taken.port;
}
