import type { LineRule } from '../explain/line-rule.ts';
import type { AnywherePhase } from '../../../shared/install/anywhere-progress.ts';

/** One known way in which nixos-anywhere, or what it runs, fails. */
export interface AnywhereRule extends LineRule {
  /** Only in these phases; anywhere when absent. */
  readonly phases?: readonly AnywherePhase[];
}

/** The most telling first. Texts are those of nixos-anywhere, disko and the programs that they call. */
export const anywhereRules: readonly AnywhereRule[] = [
  {
    code: 'install-no-attribute',
    line: /^Please specify the name of the NixOS configuration to be installed/m,
    title: 'nixos-anywhere was not told which host of the flake is meant',
    advice: ['Name the host behind the flake: --flake DIR#HOST'],
  },
  {
    code: 'install-no-disks-in-layout',
    line: /^.*No disks defined, did you forget to import your disko config\?.*$/m,
    title: 'The host has no disk layout',
    advice: [
      'Import the file with disko.devices in the host’s configuration.',
      'Draw a layout for it on the page Disks.',
    ],
  },
  {
    code: 'install-no-disko',
    line: /^.*does not provide attribute .*nixosConfigurations\."?([^".]+)"?\.config\.system\.build\.(?:disko|mount|format)Script.*$/m,
    title: 'The flake has no disk layout for %, or no such host',
    advice: [
      'Check the name of the host.',
      'Add disko to its modules: disko.nixosModules.disko, and a file with disko.devices.',
    ],
  },
  {
    code: 'install-sudo-password',
    line: /^.*sudo: (?:a password is required|a terminal is required.*|\d+ incorrect password attempts?).*$/m,
    title: 'sudo on the machine wants a password that it did not get',
    advice: ['Give the password when it is asked for, or log in as root.'],
    canRetry: true,
  },
  {
    code: 'install-shut-out',
    line: /^.*(?:ssh-copy-id: ERROR: |kex_exchange_identification: .*)(?:Connection (?:closed|reset) by).*$|^kex_exchange_identification:.*$/m,
    phases: ['start', 'connect'],
    title: 'The machine hangs up before anybody can log in',
    advice: [
      'SSH servers since OpenSSH 9.8 shut out an address for some minutes after failed logins: wait, then try again.',
      'Check that something else than SSH does not answer on that port.',
    ],
    canRetry: true,
  },
  {
    code: 'install-password-refused',
    line: /^.*Permission denied, please try again\..*$/m,
    phases: ['start', 'connect'],
    title: 'The machine did not take the password',
    advice: [
      'Check user and password. Do not try many: newer SSH servers shut out an address after a few wrong ones.',
      'On an installer stick a password has to be set first: sudo passwd',
    ],
  },
  {
    code: 'install-too-many-keys',
    line: /^.*Too many authentication failures.*$/m,
    title: 'The machine hung up after too many keys were tried',
    advice: ['Choose the key for this machine; then no other is tried.'],
  },
  {
    code: 'install-key-refused',
    line: /^.*Permission denied \(publickey.*$/m,
    title: 'The machine does not take the key',
    advice: ['Check that the key is in the authorized keys of the user there.'],
  },
  {
    code: 'install-kexec-download',
    line: /^.*(?:curl: \(\d+\) .*|wget: unable to resolve.*|wget: .*(?:failed|error).*)$/m,
    phases: ['kexec'],
    title: 'The machine could not fetch the installer image',
    advice: [
      'Check that the machine reaches the internet (DNS, gateway, a proxy).',
      'Or give an image of this computer, which is sent over SSH.',
    ],
    canRetry: true,
  },
  {
    code: 'install-kexec-refused',
    line: /^.*(?:kexec_load failed|kexec_file_load failed|kexec: .*not permitted|Kexec may have failed|aborted: Failed to kexec).*$/m,
    phases: ['kexec'],
    title: 'The machine’s kernel did not start the installer',
    advice: [
      'Its kernel may not allow kexec (a container, Secure Boot, kernel.kexec_load_disabled).',
      'Start the machine from a NixOS installer stick, and install from there.',
    ],
  },
  {
    code: 'install-kexec-failed',
    line: /^.*(?:Kexec failed).*$/m,
    phases: ['kexec'],
    title: 'Starting the installer on the machine failed',
    advice: [
      'Look at the lines before in the log.',
      'Start the machine from a NixOS installer stick, and install from there.',
    ],
  },
  {
    code: 'install-missing-program',
    line: /^aborted: no (tar|cpio|setsid) command.*$/m,
    title: 'The program % is missing on the machine',
    advice: ['Install it there, for example with apt install, then try again.'],
    canRetry: true,
  },
  {
    code: 'install-no-root',
    line: /^aborted: Unable to find a command to use to escalate privileges.*$/m,
    title: 'The user cannot become root on the machine',
    advice: ['Log in as root, or install sudo there.'],
  },
  {
    code: 'install-not-linux',
    line: /^aborted: (?:This script requires Linux|Unsupported architecture).*$/m,
    title: 'NixOS’s installer does not run on this machine as it is',
    advice: ['Start the machine from a NixOS installer stick, and install from there.'],
  },
  {
    code: 'install-facts',
    line: /^aborted: (?:Retrieving host facts|Failed to retrieve fact).*$/m,
    title: 'The machine did not say what it is',
    advice: ['Check that the login shell of its user runs commands and prints nothing by itself.'],
    canRetry: true,
  },
  {
    code: 'install-connection-lost',
    line: /^Timeout, server .* not responding\.$/m,
    title: 'The connection to the machine was lost',
    advice: ['Check the network between, then go on from this phase: what was copied is kept.'],
    canRetry: true,
  },
  {
    code: 'install-no-sandbox',
    line: /^error: cannot perform a sandboxed build because user namespaces are not enabled.*$/m,
    title: 'The installer on the machine cannot build in a sandbox',
    advice: ['Build on this computer, or on a remote builder, instead of on the machine.'],
  },
  {
    code: 'install-luks-key-missing',
    line: /^cat: (\S+): No such file or directory$/m,
    phases: ['disko'],
    title: 'The key for an encrypted container is not on the installer: %',
    advice: ['Give the passphrase or key file that the layout names as passwordFile.'],
    canRetry: true,
  },
  {
    code: 'install-luks-key-unreadable',
    line: /^.*(?:Failed to open key file|No key available with this passphrase|Nothing to read on input).*$/m,
    phases: ['disko'],
    title: 'The key for an encrypted container could not be read on the installer',
    advice: ['Check that the key file is not empty, and that it is the one that the layout names.'],
    canRetry: true,
  },
  {
    code: 'install-disk-missing',
    line: /^.*(?:Problem opening (\S+) for reading|(\/dev\/\S+): No such file or directory|cannot open (\/dev\/\S+)).*$/m,
    phases: ['disko'],
    title: 'A disk of the layout is not there: %',
    advice: ['Probe the machine again and choose its disks by their names in /dev/disk/by-id.'],
  },
  {
    code: 'install-disk-too-small',
    line: /^.*(?:Could not create partition \d+ from .*|Value out of range.*|The location .* is outside of the device).*$/m,
    phases: ['disko'],
    title: 'The partitions of the layout do not fit the disk',
    advice: ['Make the partitions smaller, or give one of them the rest (100%).'],
  },
  {
    code: 'install-disk-busy',
    line: /^.*(?:is mounted; will not make a filesystem|Device or resource busy|is apparently in use by the system|contains a mounted filesystem|is in use).*$/m,
    phases: ['disko'],
    title: 'A disk is in use on the machine',
    advice: [
      'Something that an earlier attempt left is still mounted. It is taken away before the next one.',
      'If it stays so, restart the machine into the installer.',
    ],
    canRetry: true,
  },
  {
    code: 'install-program-missing',
    line: /^(?!.*\btype: ).*?(?:(?:line \d+: )?(\S+): (?:command )?not found|(\S+) \(.*\): this host has no such program).*$/m,
    phases: ['disko', 'install'],
    title: 'The installer lacks the program %',
    advice: ['Leave disko’s own programs in (no --no-disko-deps).', 'For ZFS an installer with ZFS is needed.'],
  },
  {
    code: 'install-out-of-memory',
    line: /^.*(?:Cannot allocate memory|Out of memory|oom-kill|\bKilled\b).*$/m,
    title: 'The machine ran out of memory',
    advice: [
      'The installer holds what is copied to it in memory: leave disko’s programs out, and build on this computer.',
      'Swap does not count. More memory, or an installer stick, helps.',
    ],
    canRetry: true,
  },
  {
    code: 'install-disk-full',
    line: /^.*(?:No space left on device|database or disk is full).*$/m,
    phases: ['copy', 'install'],
    title: 'The new system does not fit the disk',
    advice: ['Give the file system with /nix more room in the layout, or make the system smaller.'],
  },
  {
    code: 'install-memory-full',
    line: /^.*(?:No space left on device|database or disk is full).*$/m,
    title: 'The installer’s memory is full',
    advice: ['Leave disko’s own programs out (--no-disko-deps): the installer’s are used then.'],
  },
  {
    code: 'install-boot-loader',
    line: /^.*(?:Failed to install bootloader|grub-install: error|failed to install the boot loader|systemd-boot not installed|File system "\/boot" is not a FAT).*$/im,
    phases: ['install'],
    title: 'The boot loader could not be installed',
    advice: [
      'Check that the layout has an ESP mounted at /boot (UEFI) or a partition of the type EF02 (BIOS).',
      'Check that the boot loader of the configuration is the one for this firmware.',
    ],
    canRetry: true,
  },
];
