import type { Plugin, ViteDevServer } from 'vite';

const event = 'nixstead:token';

/** Runs in the page, in development only: goes on with the token of an engine that was started anew. */
const listener = `
if (import.meta.hot) {
  import.meta.hot.on('${event}', ({ fragment }) => {
    location.hash = fragment;
    location.reload();
  });
}
`;

/** Each start of the engine makes a new token; this hands it to the pages that are open. */
export function tellNewToken(): { plugin: Plugin; tell(server: ViteDevServer, fragment: string): void } {
  const id = 'virtual:nixstead-new-token';
  return {
    plugin: {
      name: 'nixstead-new-token',
      resolveId: (source) => (source === id || source === `/@id/${id}` ? `\0${id}` : null),
      load: (resolved) => (resolved === `\0${id}` ? listener : null),
      transformIndexHtml: () => [
        { tag: 'script', attrs: { type: 'module', src: `/@id/__x00__${id}` }, injectTo: 'head' },
      ],
    },
    tell: (server, fragment) => server.ws.send({ type: 'custom', event, data: { fragment } }),
  };
}
