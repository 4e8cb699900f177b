import { InvalidArgumentError, Option } from 'commander';
import type { RecipeDisk } from '../../../../shared/disko/recipes.ts';

/** Values for the arguments of a file. */
export type Given = Readonly<Record<string, unknown>>;

/** `NAME=VALUE`; the value is JSON where it is JSON, else text. */
function parseArgument(text: string, previous: Given): Given {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('NAME=VALUE is wanted.');
  const value = text.slice(at + 1);
  let data: unknown = value;
  try {
    data = JSON.parse(value);
  } catch {
    // Not JSON: the text itself.
  }
  return { ...previous, [text.slice(0, at)]: data };
}

function parseDisk(text: string, previous: readonly RecipeDisk[]): readonly RecipeDisk[] {
  const at = text.indexOf('=');
  const disk = { name: text.slice(0, at), device: text.slice(at + 1) };
  if (at < 1 || !disk.device.startsWith('/')) throw new InvalidArgumentError('NAME=/dev/disk/by-id/... is wanted.');
  if (previous.some((item) => item.name === disk.name)) throw new InvalidArgumentError(`${disk.name} is given twice.`);
  return [...previous, disk];
}

function parseHostId(text: string): string {
  if (!/^[0-9a-f]{8}$/.test(text)) throw new InvalidArgumentError('8 hexadecimal digits are wanted.');
  return text;
}

export const jsonOption = (): Option => new Option('--json', 'print JSON');
export const argumentOption = (): Option =>
  new Option('--arg <NAME=VALUE>', 'a value for an argument of the file; JSON or text, may be repeated')
    .argParser(parseArgument)
    .default({}, 'none');
export const firmwareOption = (): Option =>
  new Option('--firmware <KIND>', 'how the machine starts').choices(['uefi', 'bios', 'both', 'rpi']);
export const diskOption = (): Option =>
  new Option('--disk <NAME=DEVICE>', 'a disk, may be repeated').argParser(parseDisk).default([], 'none');
export const hostIdOption = (): Option =>
  new Option('--host-id <ID>', 'networking.hostId for ZFS; without it a random one is made').argParser(parseHostId);
export const hostOption = (): Option =>
  new Option('--host <NAME>', 'the layout that the configuration of this host of the fleet at PATH comes to');
