import type { InstallConfirmation, InstallDisk } from '../contract/install.ts';
import type { MachineReport } from '../contract/machine.ts';
import type { Problem } from '../contract/problem.ts';
import { diskTitle } from './install-disks.ts';

/** Everything that decides whether disks may be erased now. */
export interface GateQuestion {
  readonly host: string;
  /** The disks as the machine has them at this moment. */
  readonly disks: readonly InstallDisk[];
  /** As they were when a person confirmed; null: they were not looked at before. */
  readonly confirmedDisks: readonly InstallDisk[] | null;
  readonly confirmation: InstallConfirmation | null;
  readonly report: Pick<MachineReport, 'os' | 'disks'>;
}

const problem = (code: string, title: string, evidence: string, ...advice: string[]): Problem => ({
  code,
  title,
  evidence,
  advice,
});

/** Why disks must not be erased; empty: they may be. Nothing is erased for any of these reasons. */
export function judgeGate(question: GateQuestion): Problem[] {
  const { disks } = question;
  return [
    // First: a disk that is not there is why its serial number is not known either.
    ...disks.flatMap((disk) => asLayoutSays(disk)),
    ...confirmed(question),
    ...disks.flatMap((disk) => asBefore(disk, question)),
    ...disks.flatMap((disk) => mayBeErased(disk, question)),
    ...twice(disks),
  ];
}

function confirmed({ host, disks, confirmation }: GateQuestion): Problem[] {
  const wanted = disks.filter(({ isErased }) => isErased).flatMap(({ identity }) => identity ?? []);
  if (confirmation === null) {
    return [
      problem(
        'gate-not-confirmed',
        `Nobody has confirmed that disks of ${host} may be erased`,
        wanted.join(', '),
        'Confirm each disk by its serial number.',
      ),
    ];
  }
  const problems: Problem[] = [];
  if (confirmation.host !== host) {
    problems.push(
      problem(
        'gate-host-name',
        'Another host was confirmed',
        `“${confirmation.host}”, not “${host}”`,
        'Type the name of the host that is to be installed.',
      ),
    );
  }
  const missing = wanted.filter((identity) => !confirmation.disks.includes(identity));
  if (missing.length > 0) {
    problems.push(
      problem(
        'gate-disk-not-confirmed',
        `Not every disk that would be erased was confirmed: ${missing.join(', ')}`,
        `confirmed: ${confirmation.disks.join(', ') || 'none'}`,
        'Look at the disk with this serial number, and confirm it if it may be erased.',
      ),
    );
  }
  const known = new Set(disks.flatMap(({ identity }) => identity ?? []));
  const spared = new Set(disks.filter(({ isErased }) => !isErased).flatMap(({ identity }) => identity ?? []));
  for (const identity of confirmation.disks) {
    if (spared.has(identity)) {
      problems.push(
        problem(
          'gate-disk-protected',
          `The disk ${identity} is protected in the layout and is not erased`,
          'destroy = false',
          'Leave it out of the confirmation, or change the layout.',
        ),
      );
    } else if (!known.has(identity)) {
      problems.push(
        problem(
          'gate-disk-unknown',
          `The layout erases no disk ${identity}`,
          `it erases: ${wanted.join(', ') || 'none'}`,
          'Check the serial number. It must be one of the disks of the layout.',
        ),
      );
    }
  }
  const data = disks.filter(({ isErased, hasData, identity }) => isErased && hasData && identity !== null);
  for (const { identity, contents } of data) {
    if (identity === null || confirmation.data.includes(identity) || !confirmation.disks.includes(identity)) continue;
    problems.push(
      problem(
        'gate-data-not-confirmed',
        `The disk ${identity} holds data, and nobody has confirmed that it may be lost`,
        contents.join('\n'),
        'Look at what is on it, and confirm that as well.',
      ),
    );
  }
  return problems;
}

/** Each device of the layout is a disk of the machine that can be told from others. */
function asLayoutSays({ name, device, path, identity, isErased }: InstallDisk): Problem[] {
  if (path === null) {
    return [
      problem(
        'gate-disk-missing',
        `The machine has no disk ${device}`,
        `the disk “${name}” of the layout`,
        'Check that the disk is connected.',
        'Choose one of the machine’s disks by its name in /dev/disk/by-id.',
      ),
    ];
  }
  if (isErased && identity === null) {
    return [
      problem(
        'gate-no-identity',
        `Nothing tells the disk ${path} from another one`,
        'It has no serial number, no WWN and no name in /dev/disk/by-id',
        'It is not erased from here: install it by hand, or give it a serial number (virtual machines can).',
      ),
    ];
  }
  return [];
}

/** Between the confirmation and now nobody has swapped a disk. */
function asBefore(disk: InstallDisk, { confirmedDisks }: GateQuestion): Problem[] {
  const before = confirmedDisks?.find(({ name }) => name === disk.name);
  if (before === undefined || disk.path === null || before.path === null) return [];
  const told = (one: InstallDisk): string => `${diskTitle(one)}, serial ${one.serial ?? 'unknown'}`;
  if (before.identity === disk.identity && before.sizeBytes === disk.sizeBytes) return [];
  return [
    problem(
      'gate-disk-changed',
      `Another disk answers now as ${disk.device}`,
      `now:    ${told(disk)}\nbefore: ${told(before)}`,
      'Look at the machine: a disk may have been swapped, or names have changed since. Probe it again.',
    ),
  ];
}

function mayBeErased(disk: InstallDisk, { report }: GateQuestion): Problem[] {
  const probed = report.disks.find(({ path }) => path === disk.path);
  if (!disk.isErased || probed === undefined) return [];
  if (report.os.isInstaller && probed.isSystemDisk) {
    return [
      problem(
        'gate-installer-disk',
        `The installer itself runs from ${probed.path}`,
        probed.mountpoints.join(', ') || (probed.model ?? ''),
        'Choose another disk in the layout.',
      ),
    ];
  }
  return probed.isReadOnly
    ? [problem('gate-disk-read-only', `The disk ${probed.path} is read-only`, 'ro = 1', 'Check its write protection.')]
    : [];
}

function twice(disks: readonly InstallDisk[]): Problem[] {
  const erased = disks.filter(({ isErased }) => isErased);
  const seen = Map.groupBy(erased, ({ identity }) => identity);
  return [...seen].flatMap(([identity, same]) =>
    identity === null || same.length < 2
      ? []
      : [
          problem(
            'gate-identity-twice',
            `Two disks of the layout have the serial number ${identity}`,
            same.map(({ device, path }) => `${device} is ${path ?? 'missing'}`).join('\n'),
            'Each disk of the layout must be another one. Disks that share a serial number are not erased from here.',
          ),
        ],
  );
}
