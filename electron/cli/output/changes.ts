import type { HostChanges, PackageChange } from '../../../shared/contract/changes.ts';
import { describeTold } from '../../engine/deploy/what-ran.ts';
import { bytes, printable, type Painter } from './text.ts';

const mostPackages = 40;
const mostCommits = 10;

function signed(count: number): string {
  return `${count < 0 ? '−' : '+'}${bytes(Math.abs(count))}`;
}

function packageLine({ name, kind, before, after, bytes: size }: PackageChange): string {
  const versions = {
    added: after.join(', '),
    removed: before.join(', '),
    upgraded: `${before.join(', ') || '?'} → ${after.join(', ') || '?'}`,
    downgraded: `${before.join(', ') || '?'} → ${after.join(', ') || '?'} (older)`,
    rebuilt: after.join(', '),
  }[kind];
  return printable(`    ${kind.padEnd(10)} ${name} ${versions}  ${signed(size)}`);
}

/** What a deploy would change on a host, for a person. */
export function changesText(host: string, changes: HostChanges, paint: Painter): string {
  const { back, packages, units, rebootFor, risks, space, commits } = changes;
  const shown = packages.filter(({ kind }) => kind !== 'rebuilt');
  const rebuilt = packages.length - shown.length;
  const lines = [
    paint('bold', printable(host)),
    ...(back === undefined
      ? []
      : [`  goes back to generation ${back.number}${back.told === null ? '' : `: ${describeTold(back.told)}`}`]),
    `  packages: ${packages.length === 0 ? 'none change' : `${shown.length} change, ${rebuilt} rebuilt`}, ${signed(changes.addedBytes)} ${signed(-changes.removedBytes)}`,
    ...shown.slice(0, mostPackages).map(packageLine),
    ...(shown.length > mostPackages ? [`    and ${shown.length - mostPackages} more`] : []),
  ];
  if (units) {
    const words = { stopped: 'stop', restarted: 'restart', reloaded: 'reload', started: 'start' } as const;
    for (const verb of ['stopped', 'restarted', 'reloaded', 'started'] as const) {
      if (units[verb].length > 0) lines.push(printable(`  would ${words[verb]}: ${units[verb].join(', ')}`));
    }
  }
  if (rebootFor.length > 0) lines.push(paint('yellow', `  reboot needed for: ${rebootFor.join(', ')}`));
  for (const { area, because } of risks)
    lines.push(paint('yellow', printable(`  touches ${area}: ${because.slice(0, 5).join(', ')}`)));
  for (const { mountpoint, availableBytes, neededBytes } of space) {
    const text = printable(`  room on ${mountpoint}: needs ${bytes(neededBytes)} of ${bytes(availableBytes)}`);
    lines.push(neededBytes > availableBytes ? paint('red', text) : text);
  }
  if (commits) {
    lines.push(`  ${commits.list.length} commits since ${printable(commits.from.slice(0, 12))}`);
    for (const { hash, subject } of commits.list.slice(0, mostCommits)) {
      lines.push(printable(`    ${hash.slice(0, 9)} ${subject}`));
    }
  }
  if (changes.isUnknown) lines.push(paint('yellow', '  it runs a system that nobody here built or deployed'));
  return `${lines.join('\n')}\n`;
}
