import type { Problem } from '../../../shared/contract/problem.ts';
import type { AccessGap, HostAccess } from '../../../shared/install/access.ts';
import { sshListNames, type SshLists } from '../../../shared/machines/ssh-lists.ts';
import { ProblemError } from '../errors.ts';

/** The lists that an SSH server has, as sshd_config writes them. */
function linesOf(lists: SshLists): string[] {
  return sshListNames.filter((name) => lists[name].length > 0).map((name) => `${name} ${lists[name].join(' ')}`);
}

/** What can go wrong in an install beyond the gate (shared/install/gate.ts), nixos-anywhere's own words, SSH and nix. */
export const installProblems = {
  noAnywhere: (evidence: string): Problem => ({
    code: 'install-no-nixos-anywhere',
    title: 'nixos-anywhere is not on this computer, and nix is not here to fetch it',
    evidence,
    advice: [
      'Install it: nix profile install nixpkgs#nixos-anywhere',
      'Or install nix, which runs it without installing it.',
    ],
  }),
  oldAnywhere: (program: string, missing: readonly string[], isElsewhere: boolean): Problem => ({
    code: 'install-nixos-anywhere-old',
    title: 'This nixos-anywhere is too old',
    evidence: `${program} --help does not know ${missing.join(', ')}`,
    advice: isElsewhere
      ? ['Take it out of PATH (and NIXSTEAD_NIXOS_ANYWHERE): the machine on which nix runs fetches a newer one.']
      : ['Install 1.4 or newer: nix profile install nixpkgs#nixos-anywhere'],
  }),
  noPrograms: (missing: readonly string[]): Problem => ({
    code: 'install-programs-missing',
    title: 'nixos-anywhere runs on this computer and needs programs that are not here',
    evidence: missing.join('\n'),
    advice: [
      'On macOS: brew install bash coreutils, with "$(brew --prefix coreutils)/libexec/gnubin" first in PATH.',
      'Elsewhere the packages are called bash, coreutils and openssh.',
    ],
  }),
  cannotInstall: (title: string, evidence: string, advice: readonly string[]): Problem => ({
    code: 'install-machine-refused',
    title,
    evidence,
    advice: [...advice],
  }),
  keyChanged: (place: string, now: string, before: string): Problem => ({
    code: 'install-host-key-changed',
    title: `${place} shows another host key than when it was probed`,
    evidence: `now:    ${now}\nbefore: ${before}`,
    advice: [
      'If the machine was started anew from a stick, that is why: compare the fingerprint on its screen, and probe it again.',
      'If not, somebody else may answer under this address. Nothing was sent.',
    ],
  }),
  kexecNotBack: (place: string, seconds: number): Problem => ({
    code: 'install-kexec-not-back',
    title: `${place} does not answer since its installer was started`,
    evidence: `no SSH under its address within ${seconds} s, and no neighbour with its network card’s address`,
    advice: [
      'Look at its screen: where it shows a login prompt, its address has changed; go on with the new one.',
      'Where the screen is black or shows an error, its kernel or firmware does not do kexec well: start it from an installer stick.',
    ],
    canRetry: true,
  }),
  notInstaller: (place: string, os: string): Problem => ({
    code: 'install-no-installer',
    title: `${place} does not run the installer`,
    evidence: os,
    advice: ['It was restarted, or kexec did not work. Begin again with the phase “installer”.'],
    canRetry: true,
  }),
  notMounted: (place: string): Problem => ({
    code: 'install-not-mounted',
    title: `Nothing is mounted at /mnt on ${place}`,
    evidence: '/proc/self/mountinfo has no /mnt',
    advice: ['The machine was restarted since its disks were formatted. Go on from the phase “disks”.'],
    canRetry: true,
  }),
  tooLargeForDisk: (needed: string, room: string, where: string): Problem => ({
    code: 'install-closure-too-large',
    title: `The system needs ${needed}, and ${where} has room for ${room}`,
    evidence: `closure ${needed}, ${where} ${room}`,
    advice: ['Give that file system more room in the layout, or leave packages out.'],
  }),
  littleRoom: (needed: string, room: string, where: string): Problem => ({
    code: 'install-little-room',
    title: `The system fills most of ${where}`,
    evidence: `closure ${needed}, ${where} ${room}`,
    advice: ['There is room for few generations: an upgrade needs about as much again.'],
  }),
  bootTooSmall: (needed: string, room: string): Problem => ({
    code: 'install-boot-too-small',
    title: `Kernel and initrd need ${needed}, and /boot has ${room}`,
    evidence: `kernel and initrd ${needed}, /boot ${room}`,
    advice: ['Make the partition of /boot larger: 512M or more holds several generations.'],
  }),
  tooLittleMemory: (needed: string, memory: string): Problem => ({
    code: 'install-disko-too-large',
    title: `disko’s programs need ${needed} of the installer’s memory`,
    evidence: `closure of the disko script ${needed}, memory available ${memory}`,
    advice: ['Leave them out (--no-disko-deps): the installer’s own are used then.'],
  }),
  noDisko: (host: string): Problem => ({
    code: 'install-no-disko',
    title: `${host} has no disk layout`,
    evidence: 'Its configuration has no system.build.diskoScript, or disko.devices is empty',
    advice: ['Add disko to its modules (disko.nixosModules.disko), and a file with disko.devices.'],
  }),
  wantsKeys: (host: string, keys: readonly string[]): Problem => ({
    code: 'install-disk-keys-missing',
    title: `The layout of ${host} encrypts disks and no key was given for it`,
    evidence: keys.join('\n'),
    advice: ['Give a passphrase or a key file for each of these paths.'],
  }),
  asksPassphrase: (host: string, names: readonly string[]): Problem => ({
    code: 'install-layout-asks',
    title: `disko would ask for a passphrase in the middle of the install of ${host}`,
    evidence: names.join('\n'),
    advice: ['Set passwordFile = "/tmp/secret.key" for these containers in the layout, and give the passphrase here.'],
  }),
  notBack: (host: string, places: readonly string[], seconds: number, lastWords: string): Problem => ({
    code: 'install-not-back',
    title: `${host} was installed and does not answer since its restart`,
    evidence: lastWords || `no answer from ${places.join(', ')} within ${seconds} s`,
    advice: [
      'Look at its screen: a boot menu, an emergency shell or a passphrase prompt says where it stopped.',
      'If it shows its login prompt, its address is another one: go on from “first boot” with that.',
      'If it started the stick again, take it out, or choose the disk in the firmware’s boot menu.',
    ],
    canRetry: true,
  }),
  wrongKey: (place: string, now: string, expected: string): Problem => ({
    code: 'install-wrong-host-key',
    title: `What answers at ${place} is not the machine that was installed`,
    evidence: `now:      ${now}\nexpected: ${expected}`,
    advice: [
      'Another machine may have this address now: find the installed one, and go on from “first boot” with its address.',
      'If it is the right machine, it did not take the host key that was made for it: look at /etc/ssh there.',
    ],
  }),
  bootedInstaller: (place: string, evidence: string): Problem => ({
    code: 'install-booted-installer',
    title: `${place} started the installer again instead of its disk`,
    evidence,
    advice: [
      'Take the installer stick out, or put the disk first in the firmware’s boot order, and restart it.',
      'Then go on from “first boot”: the disk is installed.',
    ],
    canRetry: true,
  }),
  nobodyLogsIn: (host: string, { hasSshServer, people, lists }: HostAccess): Problem => ({
    code: 'install-nobody-logs-in',
    title: `Nobody could log in to ${host} once it is installed`,
    evidence: [
      `services.openssh.enable = ${String(hasSshServer)}`,
      ...people.map(
        ({ name, keyCount }) => `${name}: ${keyCount === 1 ? '1 SSH key' : `${keyCount} SSH keys`}, no password`,
      ),
      ...linesOf(lists),
    ].join('\n'),
    advice: [
      'Give root or a user in the group wheel a key: users.users.NAME.openssh.authorizedKeys.keys, and turn on services.openssh.',
      'Where somebody gets in on another way, say so with users.allowNoPasswordLogin = true.',
    ],
  }),
  consoleOnly: (host: string, { lists }: HostAccess, users: readonly string[]): Problem => ({
    code: 'install-console-only',
    title: `Only at its own console could anybody log in to ${host}`,
    evidence: [`with a password: ${users.join(', ')}`, ...linesOf(lists)].join('\n'),
    advice: [
      'Its first boot cannot be verified and nothing can be deployed to it. Turn on services.openssh, and give root a key.',
    ],
  }),
  notDeployable: (
    host: string,
    { lists }: HostAccess,
    { user, list, users }: Extract<AccessGap, { kind: 'not-deployable' }>,
  ): Problem => ({
    code: 'install-user-shut-out',
    title: `${user} could not log in to ${host} over SSH, and deploys log in as ${user}`,
    evidence: [`over SSH come in: ${users.join(', ')}`, ...linesOf(lists)].join('\n'),
    advice: [
      list === null
        ? `Its first boot cannot be verified like this. Give ${user} a key: users.users.${user}.openssh.authorizedKeys.keys`
        : `Its first boot cannot be verified like this. Let ${user} in: services.openssh.settings.${list}`,
      `Or deploy as ${users[0] ?? 'another user'} (targetUser).`,
    ],
  }),
  loginRefused: (place: string, evidence: string): Problem => ({
    code: 'install-login-refused',
    title: `${place} is up with its new host key and does not let us in`,
    evidence,
    advice: [
      'The installed configuration lacks your key: users.users.root.openssh.authorizedKeys.keys.',
      'Log in at its console, or correct the configuration and install again.',
    ],
  }),
  notVerified: (host: string, differences: readonly string[]): Problem => ({
    code: 'install-not-as-installed',
    title: `${host} is up, and not everything is as it was installed`,
    evidence: differences.join('\n'),
    advice: ['Look at its log: journalctl -b', 'Correct the configuration and deploy it.'],
  }),
  unitsFailed: (host: string, units: readonly string[]): Problem => ({
    code: 'install-units-failed',
    title: `${host} is installed, and ${units.length === 1 ? 'a unit' : `${units.length} units`} failed: ${units.join(', ')}`,
    evidence: units.join('\n'),
    advice: units.slice(0, 3).map((unit) => `Look at its log on ${host}: journalctl -u ${unit} -b`),
  }),
  alteredAnywhere: (place: string, wanted: string, found: string): Problem => ({
    code: 'install-nixos-anywhere-altered',
    title: `What ${place} has fetched is not the nixos-anywhere that is locked; it was not run`,
    evidence: `locked: ${wanted}\nfetched: ${found}`,
    advice: [
      `Find out why, before you let ${place} build anything: it runs nix for this computer.`,
      'Or install nixos-anywhere on this computer.',
    ],
  }),
  noMountScript: (host: string): Problem => ({
    code: 'install-no-mount-script',
    title: `The file systems of ${host} cannot be mounted again; nothing was erased by this`,
    evidence: `system.build of ${host} has a script that makes its file systems, and none that mounts them`,
    advice: ['Begin again at the gate, which makes them anew and erases the disks.', 'Or update disko in the fleet.'],
  }),
  builderRefused: (address: string): Problem => ({
    code: 'install-builder-refused',
    title: 'This is no address of a computer that could build',
    evidence: JSON.stringify(address),
    advice: ['Write it as USER@HOST, such as builder@192.168.1.9.'],
  }),
  notBuiltThere: (source: string): Problem => ({
    code: 'install-not-built-there',
    title: 'The machine itself cannot build this host during its install',
    evidence: `It is read from ${source}; nixos-anywhere --build-on remote reads nixosConfigurations of a flake`,
    advice: ['Build on this computer, or on another one.'],
  }),
  protectedDisk: (identity: string): Problem => ({
    code: 'install-disk-protected',
    title: `The disk ${identity} is protected in the fleet, and this layout would erase it`,
    evidence: 'destroy = false in the host’s disko.nix',
    advice: [
      'Choose other disks, or keep the layout of the fleet.',
      'If it may be erased, take destroy = false out of the fleet first.',
    ],
  }),
  noVirtualMachine: (evidence: string): Problem => ({
    code: 'rehearsal-no-vm',
    title: 'nix cannot run a virtual machine on this computer',
    evidence,
    advice: [
      'Turn virtualisation on in this computer’s firmware, so that Linux has /dev/kvm; inside of a virtual machine it has to be nested.',
      'Or name a builder with the feature kvm in nix.conf.',
    ],
  }),
  notRehearsable: (title: string, evidence: string, advice: string): Problem => ({
    code: 'rehearsal-not-for-this',
    title,
    evidence,
    advice: [advice],
  }),
  rehearsalFailed: (host: string, evidence: string): Problem => ({
    code: 'rehearsal-failed',
    title: `${host} did not come up in the virtual machine`,
    evidence,
    advice: [
      'Its console says what it was at. The machine itself was not touched.',
      'Correct the layout or the configuration, run the dry checks again, and rehearse again.',
    ],
    canRetry: true,
  }),
  secretMissing: (what: string): Problem => ({
    code: 'install-secret-missing',
    title: `${what} was not given`,
    evidence: '',
    advice: ['Start again and answer the question. Nothing was changed on the disks.'],
    canRetry: true,
  }),
  fileMissing: (path: string, what: string): Problem => ({
    code: 'install-file-missing',
    title: `${what} is not there: ${path}`,
    evidence: path,
    advice: ['Choose a file or folder of this computer that can be read.'],
  }),
  cancelled: (host: string, step: string, state: string): Problem => ({
    code: 'install-cancelled',
    title: `Cancelled while ${host} was at “${step}”`,
    evidence: state,
    advice: [],
    canRetry: true,
  }),
  nothingToResume: (id: string): Problem => ({
    code: 'install-nothing-to-resume',
    title: 'There is nothing to go on with',
    evidence: `The job ${id} is no install, is not over, or came to its end`,
    advice: ['Start a new install.'],
  }),
  unknownDraft: (id: string): Problem => ({
    code: 'install-draft-unknown',
    title: 'This install is not there any more',
    evidence: id,
    advice: ['It may have been discarded in another window. Start a new one.'],
  }),
  hostTaken: (host: string): Problem => ({
    code: 'install-host-taken',
    title: `The fleet already has a host ${host}`,
    evidence: host,
    advice: ['Choose another name, or reinstall that host.'],
  }),
  declarationOld: (file: string): Problem => ({
    code: 'install-declaration-old',
    title: `${file} has changed since the host's declaration was worked out`,
    evidence: file,
    advice: ['Go back to the step Host and have it worked out again. Nothing was written.'],
  }),
  fileUnread: (host: string, files: readonly string[]): Problem => ({
    code: 'install-file-unread',
    title: `This flake reads ${host} from other files than an install would write`,
    evidence: files.join('\n'),
    advice: [
      'Keep the layout of the fleet and DHCP, and change what is to be different in the flake itself: page Disks opens its layouts.',
      `Or make ${files[0] ?? 'the file'} part of the host (imports), then go on here.`,
    ],
  }),
  noSuchHost: (host: string): Problem => ({
    code: 'install-no-such-host',
    title: `The fleet has no host ${host}`,
    evidence: host,
    advice: ['Open the fleet again: it may have changed.'],
  }),
  notAdoptable: (title: string, evidence: string): Problem => ({
    code: 'adopt-refused',
    title,
    evidence,
    advice: ['Only a machine that runs NixOS from its own disk can be taken over. Others have to be installed.'],
  }),
} as const;

export function installError(problem: Problem, cause?: unknown): ProblemError {
  return new ProblemError(problem, cause === undefined ? undefined : { cause });
}
