import { explainByLine, type LineRule } from '../explain/line-rule.ts';
import type { Problem } from '../../../shared/contract/problem.ts';

/** Something that stops an activation, by what switch-to-configuration and the programs below it say. */
interface ActivationRule extends LineRule {
  /** True where the boot loader was not set: what it starts next is as before, whatever the profile is. */
  readonly isOfBootLoader: boolean;
}

const noSpace = 'No space left on device';
const bootLoaderFailed = /^.*failed to install boot ?loader.*$/im;
const bootPrograms = 'systemd-boot|install-grub|extlinux|lanzaboote|lzbt';
const freeBoot = [
  'Delete old generations there: each keeps its kernel and its initrd in /boot. What they free is there after the next switch.',
  'So that it stays so, keep fewer: boot.loader.systemd-boot.configurationLimit = 10; (or boot.loader.grub.configurationLimit).',
];

/**
 * The most telling first. Texts are those of switch-to-configuration (nixpkgs: switch-to-configuration.pl and -ng), of
 * Python's and coreutils' words for ENOSPC, and of the programs that write boot loaders (systemd-boot-builder.py,
 * install-grub.pl, extlinux-conf-builder.sh).
 */
const activationRules: readonly ActivationRule[] = [
  {
    code: 'deploy-boot-full',
    // Of a place that is none of /boot, it is the boot loader's where that is what failed.
    line: new RegExp(
      [
        `^.*${noSpace}.*/(?:boot|efi|esp)\\b.*$`,
        `^.*/(?:boot|efi|esp)\\b.*${noSpace}.*$`,
        `(?<=(?:${bootPrograms})[^]*)^.*${noSpace}.*$`,
        `^.*${noSpace}.*$(?=[^]*Failed to install boot ?loader)`,
      ].join('|'),
      'm',
    ),
    title: 'The boot loader of {host} could not be set: /boot is full there',
    advice: freeBoot,
    isOfBootLoader: true,
  },
  {
    code: 'deploy-boot-loader-failed',
    line: bootLoaderFailed,
    title: 'The boot loader of {host} could not be set',
    advice: [
      'Look at the lines above it in the log: they say why.',
      'On the host, check that /boot is mounted, can be written and is not full: findmnt /boot; df -h /boot',
    ],
    isOfBootLoader: true,
  },
  {
    code: 'deploy-disk-full',
    line: new RegExp(`^.*(?:${noSpace}|Disk quota exceeded).*$`, 'm'),
    title: 'The activation on {host} failed: a file system is full there',
    advice: [
      'Look which one: df -h on the host; and df -i, where only the inodes are used up.',
      'Old generations and garbage often fill it: nix-collect-garbage --delete-older-than 30d.',
    ],
    isOfBootLoader: false,
  },
];

/** Why an activation failed, where its last lines say so; null: no rule fits. */
export function explainActivation(
  host: string,
  lines: string,
): { readonly problem: Problem; readonly isOfBootLoader: boolean } | null {
  const problem = explainByLine(lines, activationRules);
  if (problem === null) return null;
  const isOfBootLoader = activationRules.some((rule) => rule.code === problem.code && rule.isOfBootLoader);
  return { problem: { ...problem, title: problem.title.replace('{host}', () => host) }, isOfBootLoader };
}
