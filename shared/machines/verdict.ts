import type { MachineReport, MachineVerdict, VerdictReason } from '../contract/machine.ts';

const GIB = 1024 ** 3;
/** What the kernel keeps for itself: a machine with "2 GB" reports less. */
const reserved = 0.9;
/** nixos-anywhere wants 1.5 GB for the installer in memory; swap does not count. */
const wantedMemory = 1.5 * GIB * reserved;
/** With `--no-disko-deps` about 1 GB does. */
const leastMemory = 1 * GIB * reserved;
/** The installer from a stick reads its files from there, so less memory is needed. */
const leastInstallerMemory = 0.5 * GIB * reserved;
const smallDisk = 8 * 1000 ** 3;
const wrongClockMs = 10 * 60_000;

/** What this computer can do for an install. */
export interface Here {
  /** For example `x86_64-linux`; null where nix is not known. */
  readonly system: string | null;
}

type Rule = (report: MachineReport, here: Here) => VerdictReason | null;

const stop = (code: string, title: string, evidence: string, ...advice: string[]): VerdictReason => ({
  code,
  weight: 'stop',
  title,
  evidence,
  advice,
});
const change = (code: string, title: string, evidence: string, ...advice: string[]): VerdictReason => ({
  ...stop(code, title, evidence, ...advice),
  weight: 'change',
});
const note = (code: string, title: string, evidence: string, ...advice: string[]): VerdictReason => ({
  ...stop(code, title, evidence, ...advice),
  weight: 'note',
});

const bootStick = 'Start it from a NixOS installer stick instead, then probe it again.';
const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

/** Where no stick was booted, the installer is started by kexec, which has wants of its own. */
const needsKexec = (report: MachineReport): boolean => !report.os.isInstaller;

/** What keeps NixOS off a machine whatever is done from here. */
const machineRules: readonly Rule[] = [
  ({ kernel }) =>
    kernel.name === 'Linux'
      ? null
      : stop('not-linux', 'The machine does not run Linux', kernel.name || 'uname says nothing', bootStick),
  ({ kernel, system, architecture }) =>
    kernel.name !== 'Linux' || system === 'x86_64-linux' || system === 'aarch64-linux'
      ? null
      : stop(
          'architecture',
          `There is no NixOS installer for ${architecture || 'this processor'}`,
          `uname -m: ${architecture}`,
          'Installers are made for x86_64 and aarch64.',
        ),
  ({ disks }) =>
    disks.length > 0
      ? null
      : stop(
          'no-disk',
          'No disk was found',
          'There is no block device that a system could be installed on',
          'Check that the disk is connected, and that the firmware shows it.',
        ),
  ({ disks }) =>
    disks.length === 0 || disks.some((disk) => !disk.isReadOnly)
      ? null
      : stop(
          'disks-read-only',
          'Every disk is read-only',
          disks.map(({ path }) => path).join(', '),
          'Check the write protection of the card or disk.',
        ),
  ({ disks }) => {
    const largest = Math.max(0, ...disks.map(({ sizeBytes }) => sizeBytes));
    return disks.length === 0 || largest >= smallDisk
      ? null
      : change(
          'small-disk',
          'The largest disk is small for NixOS',
          `${(largest / 1000 ** 3).toFixed(1)} GB`,
          'Keep few generations, and leave out what is not needed: 8 GB is little for a system that is to be upgraded.',
        );
  },
];

const loginRules: readonly Rule[] = [
  ({ login }) =>
    login.privilege !== 'none'
      ? null
      : stop(
          'no-root',
          `${login.user} cannot become root`,
          'Neither sudo nor doas is there',
          'Log in as root.',
          'On an installer stick, set a password for root first: sudo passwd root',
        ),
  ({ login }) =>
    login.privilege !== 'sudo-refused'
      ? null
      : stop(
          'sudo-refused',
          `sudo does not let ${login.user} become root`,
          login.sudoSaid ?? '',
          'Check the password, and that this user may use sudo.',
          'Or log in as root.',
        ),
  ({ login }) =>
    login.privilege !== 'sudo-asks'
      ? null
      : change(
          'sudo-password',
          'sudo asks for a password',
          'sudo -n true: a password is required',
          'Type it when you are asked; it is kept in memory only.',
        ),
  ({ login }) =>
    login.keysWritable
      ? null
      : stop(
          'keys-not-writable',
          `The authorized keys of ${login.user} cannot be written`,
          '~/.ssh/authorized_keys',
          'nixos-anywhere adds a key there for the install. Make the file writable, or log in as another user.',
        ),
];

const kexecRules: readonly Rule[] = [
  ({ virtualisation }) =>
    virtualisation.kind !== 'container'
      ? null
      : stop(
          'container',
          'This is a container, not a machine',
          `virtualisation: ${virtualisation.name ?? 'container'}`,
          'A container has no kernel of its own to replace. Use the address of the machine itself.',
        ),
  (report) =>
    !needsKexec(report) || report.kexec.isDisabled !== true
      ? null
      : stop(
          'kexec-disabled',
          'Its kernel does not allow kexec',
          'kernel.kexec_load_disabled = 1',
          'It stays so until the next start: find what sets it (sysctl), remove that and restart the machine.',
          bootStick,
        ),
  (report) =>
    !needsKexec(report) || report.kexec.lockdown === null || report.kexec.lockdown === 'none'
      ? null
      : stop(
          'kernel-lockdown',
          'Its kernel is locked down and starts no kernel that is not signed',
          `lockdown: ${report.kexec.lockdown}`,
          'Turn Secure Boot off in the firmware.',
          bootStick,
        ),
  ({ firmware, kexec }) =>
    firmware.secureBoot !== true || (kexec.lockdown !== null && kexec.lockdown !== 'none')
      ? null
      : change(
          'secure-boot',
          'Secure Boot is on',
          'SecureBoot enabled',
          'Turn it off in the firmware: what NixOS installs is not signed (lanzaboote can sign it later).',
        ),
  (report) => memoryRule(report),
  (report) => {
    const missing = ['tar', 'cpio', 'setsid'].filter((tool) => !report.tools.includes(tool));
    if (missing.length === 0) return null;
    const words = missing.length === 1 ? 'The program' : 'The programs';
    return stop(
      'missing-programs',
      `${words} ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing there`,
      `not in PATH: ${missing.join(', ')}`,
      `Install ${missing.length === 1 ? 'it' : 'them'} on the machine, for example: apt install ${missing.map((one) => (one === 'setsid' ? 'util-linux' : one)).join(' ')}`,
    );
  },
];

function memoryRule(report: MachineReport): VerdictReason | null {
  const { totalBytes } = report.memory;
  if (totalBytes === 0) return null;
  const evidence = `MemTotal: ${gib(totalBytes)}`;
  const least = needsKexec(report) ? leastMemory : leastInstallerMemory;
  if (totalBytes < least) {
    return needsKexec(report)
      ? stop(
          'too-little-memory',
          'It has too little memory to hold the installer',
          evidence,
          'The installer needs about 1 GB of memory; swap does not count.',
          bootStick,
        )
      : stop(
          'too-little-memory',
          'It has too little memory to install NixOS',
          evidence,
          'Add memory, or install the disk in another machine.',
        );
  }
  return totalBytes < wantedMemory
    ? change(
        'little-memory',
        'It has little memory',
        evidence,
        'disko’s programs are left out (--no-disko-deps); the installer’s own are used.',
        'Build on this computer, not there.',
      )
    : null;
}

const networkRules: readonly Rule[] = [
  (report) => {
    const { interfaces, connectedBy } = report.network;
    const used = interfaces.find(({ name }) => name === connectedBy);
    const isWireless =
      used === undefined
        ? interfaces.some(({ kind, isUp }) => kind === 'wireless' && isUp) &&
          !interfaces.some(({ kind, isUp }) => kind === 'wired' && isUp)
        : used.kind === 'wireless';
    if (!isWireless) return null;
    const evidence = `connected by ${connectedBy ?? 'a wireless interface'}`;
    return needsKexec(report)
      ? change(
          'wireless',
          'It is connected by Wi-Fi only',
          evidence,
          'Plug in a cable: the installer that kexec starts knows no Wi-Fi password.',
          bootStick,
        )
      : change(
          'wireless',
          'It is connected by Wi-Fi',
          evidence,
          'The installed system needs the Wi-Fi’s name and password in its configuration, or a cable.',
        );
  },
  ({ network }) => {
    const used = network.interfaces.find(({ name }) => name === network.connectedBy);
    const fixed = used?.addresses.find(
      ({ family, scope, isDynamic }) => family === 'ipv4' && scope === 'global' && !isDynamic,
    );
    const route = network.defaultRoutes.find(({ family }) => family === 'ipv4');
    if (used === undefined || fixed === undefined || route?.isDynamic) return null;
    return change(
      'static-network',
      'Its address is set by hand',
      `${used.name}: ${fixed.address}/${fixed.prefixLength}`,
      'Take the address over into the configuration, or the installed system will ask DHCP for another one.',
    );
  },
  ({ network }) => {
    const has = (family: 'ipv4' | 'ipv6'): boolean => network.defaultRoutes.some((route) => route.family === family);
    return has('ipv6') && !has('ipv4')
      ? note(
          'ipv6-only',
          'It reaches the internet by IPv6 alone',
          'no default route for IPv4',
          'The installer image is fetched by IPv6 too.',
        )
      : null;
  },
];

const otherRules: readonly Rule[] = [
  ({ os }) =>
    os.isNixos && !os.isInstaller
      ? note('runs-nixos', 'It runs NixOS already', os.name, 'It can be added to the fleet without erasing anything.')
      : null,
  ({ firmware }) =>
    firmware.bits === 32
      ? change(
          'efi-32-bit',
          'Its firmware is 32-bit UEFI',
          'fw_platform_size: 32',
          'systemd-boot does not start there: choose GRUB with efiInstallAsRemovable.',
        )
      : null,
  ({ clockAheadMs }) =>
    clockAheadMs !== null && Math.abs(clockAheadMs) > wrongClockMs
      ? change(
          'wrong-clock',
          'Its clock is wrong',
          `${lengthWords(Math.abs(clockAheadMs))} ${clockAheadMs > 0 ? 'ahead' : 'behind'}`,
          'Set it, or downloads over https fail: date -s @SECONDS',
        )
      : null,
  ({ system }, here) =>
    system !== null && here.system !== null && system !== here.system
      ? change(
          'other-architecture',
          `It is ${system}, this computer is ${here.system}`,
          '',
          'Build on the machine itself, or on a remote builder of its kind.',
        )
      : null,
];

/** For example `12 minutes`, `5 hours`, `3 years`: the largest unit of which there are two. */
function lengthWords(ms: number): string {
  const units = [
    ['years', 365 * 24 * 3_600_000],
    ['days', 24 * 3_600_000],
    ['hours', 3_600_000],
  ] as const;
  const [word, length] = units.find((unit) => ms >= 2 * unit[1]) ?? (['minutes', 60_000] as const);
  return `${Math.round(ms / length)} ${word}`;
}

/** Whether and how NixOS can be installed on a machine. */
export function judgeMachine(report: MachineReport, here: Here): MachineVerdict {
  const rules = [...machineRules, ...loginRules, ...kexecRules, ...networkRules, ...otherRules];
  const reasons = rules.flatMap((rule) => rule(report, here) ?? []);
  const order = ['stop', 'change', 'note'] as const;
  const has = (code: string): boolean => reasons.some((reason) => reason.code === code);
  const verdict = reasons.some(({ weight }) => weight === 'stop')
    ? 'cannot'
    : reasons.some(({ weight }) => weight === 'change')
      ? 'with-changes'
      : 'can';
  const noKexec = has('kexec-disabled') || has('kernel-lockdown') || has('not-linux');
  return {
    verdict,
    reasons: reasons.toSorted((a, b) => order.indexOf(a.weight) - order.indexOf(b.weight)),
    way: report.os.isInstaller ? 'installer' : noKexec ? 'stick' : 'kexec',
    defaults: {
      withoutDiskoDependencies: has('little-memory'),
      buildOn: has('other-architecture') ? 'target' : 'here',
    },
  };
}
