import type { Target } from '../contract/host.ts';

/** `[USER@]ADDRESS[:PORT]`; an IPv6 address with a port stands in brackets. Nothing is checked here. */
export function targetParts(text: string): Target {
  const at = text.lastIndexOf('@');
  const place = text.slice(at + 1);
  const port = /^(\[.*\]|[^:]*):(\d+)$/.exec(place);
  const address = port?.[1] ?? place;
  return {
    user: at < 0 ? null : text.slice(0, at),
    host: address.startsWith('[') ? address.slice(1, -1) : address,
    port: port ? Number(port[2]) : null,
  };
}
