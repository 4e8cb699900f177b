import { serve } from '../../electron/browser/main.ts';

/** The engine behind the development page: started by `dev.ts` under `node --watch`, so that a change starts it anew. */
const [port = '', origin = '', fleet = ''] = process.argv.slice(2);
await using serving = await serve({
  port: Number(port),
  extraOrigins: [origin],
  initialPath: fleet === '' ? null : fleet,
  isJson: true,
});
// The address goes to dev.ts, which shows it to the page; the process lives until it is stopped.
await new Promise<void>((resolve) => {
  process.once('SIGTERM', resolve);
  process.once('SIGINT', resolve);
});
void serving;
