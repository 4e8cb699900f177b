import type { Host } from '../../../shared/contract/host.ts';

/** `root@10.0.0.5:2222`, as after `ssh`. */
export function targetText({ target }: Pick<Host, 'target'>): string {
  if (target === null) return '—';
  const host = target.host.includes(':') && target.port !== null ? `[${target.host}]` : target.host;
  return `${target.user === null ? '' : `${target.user}@`}${host}${target.port === null ? '' : `:${target.port}`}`;
}
