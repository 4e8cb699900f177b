import type { FlakeInput, HostComparison, LockChange, LockedSource } from '../../shared/contract/inputs.ts';
import { daysSince, isOld } from '../../shared/fleet/input-age.ts';
import { formatDate } from '../ui/format.ts';
import type { Tone } from '../ui/tone.ts';

/** An input of the flake with all that is below it. */
export interface InputGroup {
  readonly input: FlakeInput;
  readonly name: string;
  readonly inner: readonly FlakeInput[];
}

/** The flake's own inputs by name, each with those of its inputs. */
export function inputGroups(inputs: readonly FlakeInput[]): InputGroup[] {
  const inner = Map.groupBy(
    inputs.filter(({ path }) => path.length > 1),
    ({ path }) => path[0] ?? '',
  );
  return inputs
    .filter(({ path }) => path.length === 1)
    .map((input) => ({ input, name: input.path[0] ?? '', inner: inner.get(input.path[0] ?? '') ?? [] }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** What something is locked to, in a word: its revision, else the beginning of its hash. */
export function lockedWord(locked: LockedSource | null): string {
  if (locked === null) return 'not locked';
  if (locked.revision !== null) return locked.revision.slice(0, 8);
  return locked.narHash === null ? '–' : locked.narHash.replace(/^sha256-/, '').slice(0, 8);
}

/** `3 days`, `today`; null where nothing tells. */
export function ageWord(locked: LockedSource | null, now: number): string | null {
  const at = locked?.lastModified ?? null;
  if (at === null) return null;
  const days = daysSince(at, now);
  return days === 0 ? 'today' : days === 1 ? '1 day' : `${days} days`;
}

export interface InputMark {
  readonly kind: 'unsupported' | 'old' | 'pinned' | 'unlocked';
  readonly tone: Tone;
  readonly word: string;
  readonly hint: string;
}

/** What is worth knowing of an input; the most serious first. */
export function inputMarks(input: FlakeInput, now: number): InputMark[] {
  const { release, locked, isPinned, isNixpkgs, follows } = input;
  const marks: InputMark[] = [];
  if (release?.isOver) {
    const since = release.endedOn === null ? 'for long' : `since ${release.endedOn}`;
    const hint = `NixOS ${release.name} has had no security updates ${since}. Give this input a newer branch.`;
    marks.push({ kind: 'unsupported', tone: 'bad', word: 'out of support', hint });
  }
  if (isOld(locked?.lastModified ?? null, now)) {
    const hint = isNixpkgs
      ? 'More than 60 days old: the security fixes since then are missing.'
      : 'More than 60 days old. There may be nothing newer; an update shows it.';
    marks.push({ kind: 'old', tone: isNixpkgs ? 'warn' : 'off', word: 'old', hint });
  }
  if (isPinned) {
    marks.push({
      kind: 'pinned',
      tone: 'off',
      word: 'pinned',
      hint: 'flake.nix names a revision, so an update leaves it where it is.',
    });
  }
  if (locked === null && follows === null) {
    marks.push({
      kind: 'unlocked',
      tone: 'warn',
      word: 'not locked',
      hint: 'flake.lock does not have it yet. An update locks it.',
    });
  }
  return marks;
}

/** `4f2c91e0 of 2 Sep 2026`, `follows nixpkgs`; null: it was not there, or is no more. */
export function lockSide(locked: LockedSource | null, follows: readonly string[] | null): string | null {
  if (follows !== null) return `follows ${follows.join('/')}`;
  if (locked === null) return null;
  return locked.lastModified === null
    ? lockedWord(locked)
    : `${lockedWord(locked)} of ${formatDate(locked.lastModified)}`;
}

/** What happens to an input: `new`, `removed`, or from what to what. */
export function changeSides({ before, after, followed, follows }: LockChange): { from: string; to: string } {
  return { from: lockSide(before, followed) ?? 'new', to: lockSide(after, follows) ?? 'removed' };
}

export const HOST_STATES: Record<HostComparison['state'], { tone: Tone; word: string }> = {
  broken: { tone: 'bad', word: 'no longer evaluates' },
  failing: { tone: 'warn', word: 'does not evaluate, as before' },
  mended: { tone: 'ok', word: 'evaluates again' },
  changed: { tone: 'run', word: 'changes' },
  same: { tone: 'off', word: 'stays as it is' },
};

const ORDER: readonly HostComparison['state'][] = ['broken', 'failing', 'mended', 'changed', 'same'];

/** The hosts of a proposal, those that need a look first. */
export function hostsInOrder(hosts: readonly HostComparison[]): HostComparison[] {
  const rank = ({ state, build }: HostComparison): number => (build === 'failed' ? 0 : 1 + ORDER.indexOf(state));
  return hosts.toSorted((a, b) => rank(a) - rank(b) || a.host.localeCompare(b.host, 'en', { numeric: true }));
}

/** `2 of 9 hosts change, 1 no longer evaluates`. */
export function hostsSentence(hosts: readonly HostComparison[]): string {
  if (hosts.length === 0) return 'This flake has no hosts to compare.';
  const count = (state: HostComparison['state']): number => hosts.filter((host) => host.state === state).length;
  const all = hosts.length === 1 ? '1 host' : `${hosts.length} hosts`;
  const unbuilt = hosts.filter(({ build }) => build === 'failed').length;
  const changing = count('changed');
  const parts = [
    changing === 0 ? `None of ${all} changes` : `${changing} of ${all} ${changing === 1 ? 'changes' : 'change'}`,
    count('mended') > 0 ? `${count('mended')} evaluate${count('mended') === 1 ? 's' : ''} again` : null,
    count('broken') > 0 ? `${count('broken')} no longer evaluate${count('broken') === 1 ? 's' : ''}` : null,
    count('failing') > 0 ? `${count('failing')} did not evaluate before either` : null,
    unbuilt > 0 ? `${unbuilt} cannot be built` : null,
  ];
  return `${parts.filter((part) => part !== null).join(', ')}.`;
}

/** True where accepting leaves a host worse off than it is. */
export function isHarmful(hosts: readonly HostComparison[]): boolean {
  return hosts.some(({ state, build }) => state === 'broken' || build === 'failed');
}
