import type { Adopted } from '../../../shared/contract/install.ts';
import type { ProbeAnswer, VerdictReason } from '../../../shared/contract/machine.ts';
import type { ProbedDisk, ProbedVolume } from '../../../shared/disko/probed-disk.ts';
import { bytes, printable, type Painter, type Style } from './text.ts';

const verdictWords = {
  can: ['green', 'NixOS can be installed'],
  'with-changes': ['yellow', 'NixOS can be installed, with changes'],
  cannot: ['red', 'NixOS cannot be installed'],
} as const satisfies Record<string, readonly [Style, string]>;

const weights: Record<VerdictReason['weight'], readonly [Style, string]> = {
  stop: ['red', '✗'],
  change: ['yellow', '!'],
  note: ['dim', '·'],
};

/** A probed machine for people. */
export function machineText(answer: Extract<ProbeAnswer, { state: 'probed' }>, paint: Painter): string {
  const { report, verdict, hostKey } = answer;
  const { firmware, memory, cpu, virtualisation, network, model } = report;
  const secure = firmware.secureBoot === true ? ', Secure Boot' : '';
  const kind = virtualisation.kind === 'none' ? '' : `${virtualisation.kind} ${virtualisation.name ?? ''}`.trim();
  const facts: readonly (readonly [string, string])[] = [
    ['system', `${report.os.name || 'unknown'}, Linux ${report.kernel.release}, ${report.architecture}`],
    ['machine', [model?.vendor, model?.product, kind].filter(Boolean).join(' ') || 'unknown'],
    ['firmware', `${firmware.kind}${secure}`],
    ['memory', `${bytes(memory.totalBytes)}, ${cpu.count} × ${cpu.model ?? 'processor'}`],
    ...network.interfaces
      .filter(({ addresses }) => addresses.length > 0)
      .map(({ name, kind: sort, addresses }): readonly [string, string] => [
        name,
        `${sort}, ${addresses.map((one) => `${one.address}/${one.prefixLength}${one.isDynamic ? ' (dynamic)' : ''}`).join(', ')}`,
      ]),
    ['host key', `${hostKey.type} ${hostKey.fingerprint}`],
  ];
  const [style, words] = verdictWords[verdict.verdict];
  return [
    paint('bold', printable(report.hostName)),
    ...facts.map(([name, text]) => `  ${printable(name).padEnd(10)} ${printable(text)}`),
    ...report.disks.flatMap((disk) => diskText(disk)),
    '',
    paint(style, words),
    ...verdict.reasons.flatMap((reason) => reasonText(reason, paint)),
    ...report.gaps.map((gap) => paint('dim', `· ${printable(gap)}`)),
    '',
  ].join('\n');
}

function diskText(disk: ProbedDisk): string[] {
  const names = [disk.model, disk.serial === null ? null : `serial ${disk.serial}`, disk.transport];
  const running = disk.isSystemDisk ? ', runs the system' : '';
  const words = names.filter((one) => one !== null).join(', ');
  return [
    `  ${printable(disk.path.padEnd(10))} ${bytes(disk.sizeBytes)}  ${printable(words)}${running}`,
    ...disk.children.flatMap((child) => volumeText(child, 2)),
  ];
}

function volumeText(volume: ProbedVolume, depth: number): string[] {
  const used = volume.usedBytes === null ? '' : `${bytes(volume.usedBytes)} used`;
  const parts = [volume.content, volume.label ?? volume.partition?.label, volume.group, used, ...volume.mountpoints];
  const line = `${'  '.repeat(depth)}${volume.path}  ${bytes(volume.sizeBytes)}  ${parts.filter(Boolean).join('  ')}`;
  return [printable(line), ...volume.children.flatMap((child) => volumeText(child, depth + 1))];
}

function reasonText({ weight, title, evidence, advice }: VerdictReason, paint: Painter): string[] {
  const [style, mark] = weights[weight];
  const proof = evidence === '' ? '' : ` (${printable(evidence)})`;
  return [`${paint(style, mark)} ${printable(title)}${proof}`, ...advice.map((one) => `    ${printable(one)}`)];
}

/** What taking over a machine came to. */
export function adoptedText({ files, layout, differences, notes }: Adopted, paint: Painter): string {
  const proof =
    differences.length === 0
      ? [paint('green', '✓ what the configuration mounts is what is mounted now')]
      : [
          paint('red', '✗ the configuration would mount something else than what is mounted now'),
          ...differences.map((one) => `    ${printable(one)}`),
        ];
  return [
    ...files.map((file) => `written  ${printable(file)}`),
    layout === 'imported' ? 'Its disks were read as a layout.' : 'Its disks were not read as a layout.',
    ...notes.map((note) => paint('dim', `· ${printable(note)}`)),
    ...proof,
    '',
  ].join('\n');
}
