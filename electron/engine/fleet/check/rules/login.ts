import type { Finding } from '../../../../../shared/contract/finding.ts';
import { listThatShutsOut } from '../../../../../shared/machines/ssh-lists.ts';
import type { CheckedHost } from '../checked-host.ts';
import type { HostDetails } from '../facts/host-details.ts';
import type { Inspection } from '../inspection.ts';

const refusesRoot = ['no', 'forced-commands-only'];

/** Whether an account can log in over SSH with a key that the configuration knows or may come from elsewhere. */
function hasKey(details: HostDetails, user: string): boolean {
  if (details.ssh === null) return false;
  return details.ssh.hasOtherKeys || details.accounts.some(({ name, keys }) => name === user && keys > 0);
}

/** Ways into a machine that are missing, or too wide. */
export function* loginFindings(inspection: Inspection, checked: CheckedHost): Generator<Finding> {
  const { host, details } = checked;
  const { ssh, accounts } = details;
  const about = { host: host.name };
  const atSsh = (names: readonly string[]) => inspection.placeIn(host.name, names);

  const canLogIn =
    details.hasOtherWayIn || accounts.some(({ name, passwords }) => passwords.length > 0 || hasKey(details, name));
  if (!canLogIn) {
    yield {
      code: 'no-way-to-log-in',
      severity: 'error',
      ...about,
      ...inspection.placeIn(host.name, ['users', 'users'], details.files.users),
      message:
        `Nobody can log in to ${host.name} once it is installed: no account has a password` +
        (ssh === null ? ', and there is no SSH server.' : ' or an authorised SSH key.') +
        ' Set users.users.<name>.openssh.authorizedKeys.keys and services.openssh.enable.',
    };
  } else if (host.target !== null && ssh !== null && !details.hasOtherWayIn) {
    yield* deployUser(inspection, checked, host.target.user, ssh);
  }
  if (ssh?.rootLogin === 'yes' && ssh.allowsPasswords) {
    yield {
      code: 'root-password-login',
      severity: 'warning',
      ...about,
      ...atSsh(['PermitRootLogin']),
      message:
        'Root may log in with a password over SSH (PermitRootLogin is “yes” and passwords are allowed), which is what ' +
        'robots try all day. Set services.openssh.settings.PermitRootLogin to "prohibit-password".',
    };
  }
}

/** The user that deploys log in as must be able to. `user` null: the user's own ssh configuration says who. */
function* deployUser(
  inspection: Inspection,
  { host, details }: CheckedHost,
  user: string | null,
  ssh: NonNullable<HostDetails['ssh']>,
): Generator<Finding> {
  if (user === null) return;
  if (user === 'root' && refusesRoot.includes(ssh.rootLogin)) {
    yield {
      code: 'root-login-refused',
      severity: 'error',
      host: host.name,
      ...inspection.placeIn(host.name, ['PermitRootLogin']),
      message:
        `Deploys log in to ${host.name} as root, and its SSH server refuses root (PermitRootLogin is “${ssh.rootLogin}”). ` +
        'Set it to "prohibit-password", or deploy as another user.',
    };
    return;
  }
  const account = details.accounts.find(({ name }) => name === user);
  const list = account === undefined ? null : listThatShutsOut(ssh.lists, account);
  if (list !== null) {
    yield {
      code: 'user-shut-out',
      severity: 'error',
      host: host.name,
      ...inspection.placeIn(host.name, [list]),
      message:
        `Deploys log in to ${host.name} as ${user}, and its SSH server keeps ${user} out whatever key they have ` +
        `(${list} is “${ssh.lists[list].join(' ')}”). Change the list, or deploy as another user.`,
    };
    return;
  }
  if (hasKey(details, user)) return;
  yield {
    code: user === 'root' ? 'root-without-keys' : 'user-without-keys',
    // Somebody may have put a key into the home folder by hand.
    severity: ssh.readsHomes && account ? 'warning' : 'error',
    host: host.name,
    ...inspection.placeIn(host.name, ['users', 'users', user], details.files.users),
    message:
      `Deploys log in to ${host.name} as ${user}, ` +
      (account
        ? 'who has no authorised SSH key in its configuration.'
        : 'and its configuration has no such user with a key.') +
      ` Set users.users.${user}.openssh.authorizedKeys.keys.`,
  };
}
