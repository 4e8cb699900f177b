import { whyUserIsRefused, readAddress } from '../../../shared/fleet/target-rules.ts';
import { sshError, sshProblems } from './problems.ts';

/**
 * Which of a fleet's `sshOptions` are passed on. A fleet is evaluated to be looked at, so none of its values may run a
 * program or write a file on this computer: what ssh(1) can be told is refused unless it is known to be harmless.
 */

/** Flags without a value. */
const plainFlags = new Set(['-4', '-6', '-C', '-a', '-q', '-v', '-vv', '-vvv', '-x', '-T', '-k']);

/** Options of ssh_config(5) that choose how to connect and nothing else. In lower case, as ssh takes any case. */
const harmlessKeys = new Set([
  'addressfamily',
  'bindaddress',
  'bindinterface',
  'certificatefile',
  'ciphers',
  'compression',
  'connectionattempts',
  'connecttimeout',
  'gssapiauthentication',
  'hostkeyalgorithms',
  'hostkeyalias',
  'identitiesonly',
  'identityagent',
  'identityfile',
  'ipqos',
  'kexalgorithms',
  'loglevel',
  'macs',
  'port',
  'preferredauthentications',
  'proxyjump',
  'pubkeyacceptedalgorithms',
  'pubkeyacceptedkeytypes',
  'pubkeyauthentication',
  'requiredrsasize',
  'tcpkeepalive',
  'user',
]);

/** Options that we set ourselves: host keys are always checked, a dead link is always noticed. Dropped without harm. */
const ourOwnKeys = new Set([
  'batchmode',
  'checkhostip',
  'controlmaster',
  'controlpath',
  'controlpersist',
  'globalknownhostsfile',
  'hashknownhosts',
  'serveralivecountmax',
  'serveraliveinterval',
  'stricthostkeychecking',
  'updatehostkeys',
  'userknownhostsfile',
]);

/**
 * Reads `sshOptions` and returns those to pass on, one vector element each (`-oPort=2222`, `-4`).
 * @throws ProblemError `ssh-option-refused`
 */
export function readSshOptions(options: readonly string[]): string[] {
  const passed: string[] = [];
  let isKeyChosen = false;
  const words = [...options];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (plainFlags.has(word)) {
      passed.push(word);
      continue;
    }
    const [key, value] = readOption(word, words);
    const lowerKey = key.toLowerCase();
    if (ourOwnKeys.has(lowerKey)) continue;
    const refusal = harmlessKeys.has(lowerKey)
      ? whyValueIsRefused(lowerKey, value)
      : 'may run a program or touch a file here';
    if (refusal !== null) throw sshError(sshProblems.refusedOption(`${word} ${key}=${value}`, refusal));
    isKeyChosen ||= lowerKey === 'identityfile' || lowerKey === 'certificatefile';
    passed.push(`-o${key}=${/\s/.test(value) ? `"${value}"` : value}`);
  }
  // Without it ssh would first try every key of the agent, and a server hangs up after six.
  if (isKeyChosen && !passed.some((option) => /^-oIdentitiesOnly=/i.test(option))) passed.push('-oIdentitiesOnly=yes');
  return passed;
}

const shortForms: Readonly<Record<string, string>> = {
  '-i': 'IdentityFile',
  '-J': 'ProxyJump',
  '-l': 'User',
  '-p': 'Port',
  '-b': 'BindAddress',
  '-B': 'BindInterface',
  '-c': 'Ciphers',
  '-m': 'MACs',
};

/** Takes an option with its value, both in one word (`-p2222`, `-oPort=2222`) or in two, off the list. */
function readOption(word: string, rest: string[]): [key: string, value: string] {
  const flag = word.slice(0, 2);
  const isKeyValue = flag === '-o';
  const key = shortForms[flag];
  if (!isKeyValue && key === undefined) {
    throw sshError(sshProblems.refusedOption(word, 'is none of the options that a fleet may give'));
  }
  const value = word.length > 2 ? word.slice(2) : rest.shift();
  if (value === undefined) throw sshError(sshProblems.refusedOption(word, 'lacks its value'));
  if (!isKeyValue && key !== undefined) return [key, value];
  const parts = /^\s*([A-Za-z0-9]+)\s*[=\s]\s*(.*)$/s.exec(value);
  if (!parts) throw sshError(sshProblems.refusedOption(`-o ${value}`, 'is not of the form Key=Value'));
  return [parts[1] ?? '', parts[2] ?? ''];
}

function whyValueIsRefused(key: string, value: string): string | null {
  if (/\p{Cc}/u.test(value)) return 'has a control character';
  if (value === '') return 'is empty';
  if (key === 'user') return whyUserIsRefused(value);
  if (key === 'proxyjump') return whyJumpIsRefused(value);
  if (value.includes('"')) return 'has a quotation mark';
  if (key === 'hostkeyalias') return /^[A-Za-z0-9_.:-]+$/.test(value) && !value.startsWith('-') ? null : 'is no name';
  return value.startsWith('-') ? 'begins with ‘-’' : null;
}

/** `[user@]host[:port]`, several with commas: each becomes an argument of another ssh. */
function whyJumpIsRefused(value: string): string | null {
  if (value === 'none') return null;
  for (const hop of value.split(',')) {
    const parts = /^(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(hop.trim());
    if (!parts) return 'is not of the form user@host:port';
    const [, user, host = ''] = parts;
    const userRefusal = user === undefined ? null : whyUserIsRefused(user);
    if (userRefusal !== null) return `has a user that ${userRefusal}`;
    const address = readAddress(host);
    if (!address.ok) return `has an address that ${address.reason}`;
  }
  return null;
}
