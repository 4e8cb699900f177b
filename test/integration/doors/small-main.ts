import * as electron from 'electron';
import { startShell } from '../../../electron/shell/start.ts';

// The real shell with a small engine and a small page, whose places the environment names.
const { SMALL_PAGE = '', SMALL_PRELOAD = '' } = process.env;
const engine = new URL('small-engine-process.ts', import.meta.url).pathname;
await startShell(electron, process, { page: SMALL_PAGE, preload: SMALL_PRELOAD, engine });
