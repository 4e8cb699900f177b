import type { Host } from '../../../shared/contract/host.ts';

/** Where a host is: `root@10.0.0.5:2222`, as after `ssh`. */
export function targetText({ target, isThisComputer }: Pick<Host, 'target' | 'isThisComputer'>): string {
  if (isThisComputer === true) return 'this computer';
  if (target === null) return '—';
  const host = target.host.includes(':') && target.port !== null ? `[${target.host}]` : target.host;
  return `${target.user === null ? '' : `${target.user}@`}${host}${target.port === null ? '' : `:${target.port}`}`;
}
