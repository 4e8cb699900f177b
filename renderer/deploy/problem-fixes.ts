import type { HostName } from '../../shared/contract/ids.ts';
import type { AppState } from '../app/app-state.svelte.ts';
import { startPlan } from './start-plan.ts';

/** One press that does, or leads to, what the advice says; nothing that could lose anything. */
export interface ProblemFix {
  readonly word: string;
  readonly run: (app: AppState) => void | Promise<void>;
}

type MakeFix = (host: HostName | null) => ProblemFix | null;

const generations: MakeFix = (host) =>
  host === null ? null : { word: 'Generations…', run: (app) => app.router.go({ page: 'host', name: host }) };

const checks: MakeFix = (host) => ({
  word: 'Health checks…',
  run: (app) => app.router.go({ page: 'health', of: host ?? '' }),
});
const safetyFile: MakeFix = () => ({
  word: 'Open nixstead.toml',
  run: (app) => app.router.go({ page: 'files', file: 'nixstead.toml', line: null }),
});

const fixes: ReadonlyMap<string, MakeFix> = new Map([
  ['deploy-unhealthy', checks],
  ['wave-unhealthy', checks],
  ['deploy-reverted-health', checks],
  ['safety-file-wrong', safetyFile],
  ['safety-file-unknown-host', safetyFile],
  ['safety-file-unknown-tag', safetyFile],
  ['deploy-no-room', generations],
  ['deploy-boot-full', generations],
  ['deploy-disk-full', generations],
  ['nix-disk-full-target', generations],
  ['nix-file-untracked', () => ({ word: 'Add to Git', run: (app) => app.git.track(app.git.unseen) })],
  ['nix-lock-outdated', () => ({ word: 'Inputs…', run: (app) => app.router.go({ page: 'inputs' }) })],
  [
    'deploy-plan-outdated',
    (host) => (host === null ? null : { word: 'Make a new plan', run: (app) => startPlan(app, [host]) }),
  ],
]);

/** What one press can do about an error; null: nothing that is safe. */
export function fixOf(code: string, host: HostName | null): ProblemFix | null {
  return fixes.get(code)?.(host) ?? null;
}
