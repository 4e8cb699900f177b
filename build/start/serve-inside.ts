/**
 * The app inside a lab's controller: what `lab.ts` starts there. Listens on descriptor 3, a socket that was opened
 * outside of the lab's network, so that a browser of this computer reaches it while nothing inside reaches out.
 */
import { serve } from '../../electron/browser/main.ts';

await using serving = await serve({ listenFd: 3, initialPath: process.argv[2] ?? null, isJson: true });
await new Promise<void>((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
void serving;
