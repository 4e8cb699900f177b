import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { activate, build, buildThere, copy, evaluate, type Way } from './host-work.ts';

const recording = join(import.meta.dirname, '../../fixtures/colmena/apply-boot');
const ends: Readonly<Record<string, string>> = {
  boot: 'Will be activated next boot',
  test: 'Activation successful (test)',
};

/** The recorded lines with the milliseconds at which they came. */
function recorded(): { text: string; at: number }[] {
  const output = readFileSync(join(recording, 'output'));
  const lines: { text: string; at: number }[] = [];
  let rest = '';
  let offset = 0;
  for (const piece of readFileSync(join(recording, 'timing'), 'utf8').trim().split('\n')) {
    const [at = 0, , bytes = 0] = piece.split(' ').map(Number);
    const parts = `${rest}${output.toString('utf8', offset, offset + bytes)}`.split('\n');
    offset += bytes;
    rest = parts.pop() ?? '';
    lines.push(...parts.map((text) => ({ text, at })));
  }
  return lines;
}

/** What colmena 0.5 does with one host: says what a recorded run said, at its pace, and does what that stands for. */
export async function colmena(argv: readonly string[]): Promise<number> {
  if (argv[0] === '--version') {
    process.stdout.write('Colmena 0.5.0-pre\n');
    return 0;
  }
  if (process.stdout.isTTY) throw new Error('on a terminal colmena redraws its lines');
  if (process.env['RUST_LOG'] !== 'info') throw new Error('without RUST_LOG=info its log lines are missing');
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string' },
      on: { type: 'string' },
      'build-on-target': { type: 'boolean' },
      'no-build-on-target': { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const [verb = 'apply', applied = 'switch'] = positionals;
  const goal = verb === 'build' ? 'build' : applied;
  const config = values.config ?? 'flake.nix';
  const flake = !existsSync(config) && config.includes(':') ? config : dirname(config);
  const host = values.on ?? '';
  const attribute = `${flake}#colmenaHive`;
  const say = (text: string): void => void process.stderr.write(`${host.padStart(5)} | ${text}\n`);
  const known = await evaluate(`${attribute}.deploymentConfig.${host}.targetHost`).catch(() => null);
  if (known === null) {
    process.stderr.write(' WARN No hosts selected (0 skipped).\n      | All done!\n');
    return 0;
  }
  const way: Way = { place: `root@${known}`, sshOptions: ['-F', process.env['SSH_CONFIG_FILE'] ?? ''] };
  const failed = (stage: string, what: string, code: number): number => {
    const reason = `Child process exited with error code: ${code}`;
    say(`${stage} failed: ${reason}`);
    process.stderr.write(`      | Failed: ${reason}\nERROR Failed to ${what} ${host} - Last 1 lines of logs:\n`);
    process.stderr.write(`ERROR  failure) ${reason}\nERROR -----\nERROR Operation failed with error: ${reason}\n`);
    process.stderr.write(
      'Hint: Backtrace available - Use `RUST_BACKTRACE=1` environment variable to display a backtrace\n',
    );
    return 1;
  };

  const isBuiltThere = values['build-on-target'] === true;
  const startedAt = Date.now();
  let system = '';
  for (const { text, at } of recorded()) {
    await wait(Math.max(0, startedAt + at - Date.now()));
    const said = text.slice(text.indexOf('|') + 2).replaceAll('h1', host);
    if (/^\s+\| All done!$/.test(text)) process.stderr.write(`${text}\n`);
    else if (said.startsWith('/nix/store/')) {
      const toplevel = `${attribute}.nodes.${host}.config.system.build.toplevel`;
      const path = await (isBuiltThere ? buildThere(toplevel, way, say) : build(toplevel, say));
      if (path === null) return failed('Build', 'build', 100);
      system = path;
    } else if (said.startsWith('Built ')) {
      say(`Built "${system}"${isBuiltThere ? ' on target node' : ''}`);
      if (goal === 'build' || (goal === 'push' && isBuiltThere)) return 0;
    } else if (isBuiltThere && /^(?:Pushing|Pushed|copying) /.test(said)) {
      // A recorded run that built there has none of these lines.
    } else if (said === 'copying 0 paths...') {
      const code = await copy(system, way, say);
      if (code !== 0) return failed('Push', 'push system closure to', code);
    } else if (said === 'Pushed system closure') {
      say(said);
      if (goal === 'push') return 0;
    } else if (said === 'Activating system profile') {
      say(said);
      const { code } = await activate(way, system, goal, say);
      if (code !== 0) return failed('Activation', 'deploy to', code);
    } else if (said === 'Will be activated next boot') say(ends[goal] ?? 'Activation successful');
    else if (!said.startsWith('updating GRUB')) say(said);
  }
  return 0;
}
