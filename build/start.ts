import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { hasDisplay } from '../electron/browser/open-in-browser.ts';
import { ProblemError } from '../electron/engine/errors.ts';
import { buildPage } from './page.ts';
import { buildProcesses } from './processes.ts';
import { runInBrowser } from './start/browser.ts';
import { provideElectron, runInElectron } from './start/electron.ts';

/**
 * `npm start [-- DIR] [--browser] [--port N] [--no-open] [--practice]`: opens the app, in Electron where that can be,
 * otherwise in the browser.
 */
const usage = `usage: npm start [-- DIR] [--browser] [--port N] [--no-open] [--practice]

  DIR         folder of a flake, opened at once
  --browser   in the browser, even where Electron is
  --port N    port on 127.0.0.1 for the browser (any free one otherwise)
  --no-open   print the address, open nothing
  --practice  with three practice hosts that end with the app`;

const say = (line: string) => process.stderr.write(`start: ${line}\n`);

/** Arguments, or the end with exit status 2 and the usage. */
function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      options: {
        browser: { type: 'boolean' },
        port: { type: 'string' },
        'no-open': { type: 'boolean' },
        practice: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const port = values.port === undefined ? undefined : Number(values.port);
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65536)) {
      throw new Error(`--port ${values.port ?? ''} is not a port`);
    }
    if (positionals.length > 1) throw new Error(`one folder only, not ${positionals.join(' ')}`);
    const [folder] = positionals;
    if (folder !== undefined && values.practice) throw new Error('--practice brings its own fleet: name no folder');
    return { ...values, port, fleet: folder === undefined ? null : resolve(folder) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

/** Why the app goes to the browser, or null where Electron can be asked. */
function whyBrowser({ browser, port, 'no-open': noOpen }: ReturnType<typeof readArguments>): string | null {
  if (browser || noOpen || port !== undefined) return 'in the browser, as asked';
  if (!hasDisplay(process.env)) return 'in the browser: this session has no display for a window';
  // Chromium has no sandbox as root, and without it a window is not opened.
  if (process.platform === 'linux' && process.getuid?.() === 0) return 'in the browser: a window does not run as root';
  return null;
}

async function start(options: ReturnType<typeof readArguments>): Promise<number> {
  const { port, fleet } = options;
  const isOpened = !options['no-open'];
  if (await buildPage(() => say('building the page ...'))) say('the page is built');
  const enter = fleet === null ? null : await enterLabOf(fleet);
  if (options.practice || enter !== null) await buildProcesses(() => say('building the programs ...'));
  if (options.practice) {
    // The lab is read only when it is asked for: it is no part of the app.
    const { runPractice } = await import('./start/lab.ts');
    return runPractice({ port, isOpened, say });
  }
  if (fleet !== null && enter !== null) {
    const { runInRunningLab } = await import('./start/lab.ts');
    return runInRunningLab(enter, fleet, { port, isOpened, say });
  }
  const reason = whyBrowser(options);
  const electron = reason === null ? await provideElectron(say) : { isThere: false as const, reason };
  if (electron.isThere) return runInElectron(electron.binary, fleet, say);
  say(electron.reason);
  await runInBrowser({ port, fleet, isOpened });
  return 0;
}

/** A fleet of a running lab opens where its hosts can be reached: in the lab. */
async function enterLabOf(fleet: string): Promise<readonly string[] | null> {
  const { enterRunningLab } = await import('../test/lab/running.ts');
  return enterRunningLab(fleet);
}

try {
  process.exitCode = await start(readArguments());
} catch (error) {
  if (!(error instanceof ProblemError)) throw error;
  const { title, evidence, advice } = error.problem;
  console.error([title, evidence, ...advice.map((sentence) => `- ${sentence}`)].filter(Boolean).join('\n'));
  process.exitCode = 1;
}
