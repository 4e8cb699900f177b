import type { Problem } from '../../../shared/contract/problem.ts';
import { sshProblems } from './problems.ts';

type Explanation = (place: string, evidence: string) => Problem;

/** What libuv calls the failure of a socket (errno(3), getaddrinfo(3)). */
const bySystemCode: ReadonlyMap<string, Explanation> = new Map([
  ['ENOTFOUND', sshProblems.unknownName],
  ['EAI_AGAIN', sshProblems.unknownName],
  ['EAI_NODATA', sshProblems.unknownName],
  ['ECONNREFUSED', sshProblems.refused],
  ['EHOSTUNREACH', sshProblems.unreachable],
  ['ENETUNREACH', sshProblems.unreachable],
  ['EHOSTDOWN', sshProblems.unreachable],
  ['ENETDOWN', sshProblems.unreachable],
  ['EADDRNOTAVAIL', sshProblems.unreachable],
  ['ETIMEDOUT', sshProblems.timedOut],
  ['ECONNRESET', sshProblems.lost],
  ['EPIPE', sshProblems.lost],
]);

/** OpenSSH's own lines (openssh-portable: sshconnect.c, ssh.c, clientloop.c, packet.c), the most telling first. */
const byText: readonly (readonly [RegExp, Explanation])[] = [
  [/^.*Could not resolve hostname.*$/m, sshProblems.unknownName],
  [/^.*(?:Too many authentication failures).*$/m, sshProblems.tooManyKeys],
  [/^.*Permission denied \(.*\).*$/m, sshProblems.denied],
  [/^.*connect to (?:host|address) .*: Connection refused.*$/m, sshProblems.refused],
  [/^.*(?:Connection timed out|Operation timed out).*$/m, sshProblems.timedOut],
  [/^.*(?:No route to host|Network is unreachable|Host is down).*$/m, sshProblems.unreachable],
  [/^.*Timeout, server .* not responding.*$/m, sshProblems.lost],
  [/^.*(?:Connection (?:reset|closed) by|Broken pipe|client_loop: send disconnect).*$/m, sshProblems.lost],
  [
    /^.*(?:Unable to negotiate|kex_exchange_identification|Bad packet length|banner exchange).*$/m,
    sshProblems.notUnderstood,
  ],
  [
    /^.*(?:Bad configuration option|Bad owner or permissions on|terminating, \d+ bad configuration).*$/m,
    sshProblems.badConfiguration,
  ],
];

/**
 * Explains what OpenSSH printed, or null where none of its lines tells a reason. Host key lines are explained too, as
 * far as the text goes: our own checks come before OpenSSH's and know both keys.
 */
export function explainSshText(text: string, place: string): Problem | null {
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(text)) {
    const offered = /^SHA256:\S+?\.?$/m.exec(text)?.[0].replace(/\.$/, '') ?? 'unknown';
    const [, file = '', line = ''] = /^Offending .* key in (.*):(\d+)$/m.exec(text) ?? [];
    const name = /-R '([^']+)'/.exec(text)?.[1] ?? place;
    return sshProblems.keyChanged(place, offered, file ? [`line ${line} of ${file}`] : [], name, file);
  }
  const unknownKey = /^No (\S+) host key is known for .*$/m.exec(text);
  if (unknownKey) return sshProblems.keyUnknown(place, unknownKey[0]);
  for (const [pattern, explain] of byText) {
    const line = pattern.exec(text);
    if (line) return explain(place, line[0].trim());
  }
  return null;
}

/** Explains an error of a socket or of the ssh2 library. `isReady`: the connection had been usable before. */
export function explainSshError(error: unknown, place: string, isReady = false): Problem {
  if (!(error instanceof Error)) return sshProblems.other(place, String(error));
  const code = stringProperty(error, 'code');
  const level = stringProperty(error, 'level');
  if (isReady) return sshProblems.lost(place, error.message);
  const explain = code === null ? undefined : bySystemCode.get(code);
  if (explain) return explain(place, error.message);
  if (level === 'client-timeout') return sshProblems.timedOut(place, error.message);
  if (level === 'client-authentication') return sshProblems.denied(place, error.message);
  if (/too many authentication failures/i.test(error.message)) return sshProblems.tooManyKeys(place, error.message);
  if (level === 'handshake') return sshProblems.notUnderstood(place, error.message);
  if (level === 'protocol' || /connection lost before handshake/i.test(error.message)) {
    return sshProblems.notUnderstood(place, error.message);
  }
  return sshProblems.other(place, error.message);
}

function stringProperty(error: Error, name: string): string | null {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : null;
}
