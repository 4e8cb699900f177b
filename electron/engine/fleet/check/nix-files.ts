import type { FleetFolder } from '../folder.ts';
import { seenFiles, textOfFile } from '../seen-files.ts';
import { NixFile } from './nix-file.ts';

/** A repository can hold a checkout of nixpkgs; a fleet's own files are far fewer. */
const maxFiles = 3000;

/** The Nix files that the flake sees, in the order of their paths. One that cannot be read is left out. */
export async function readNixFiles(folder: FleetFolder, signal: AbortSignal): Promise<NixFile[]> {
  const paths = (await seenFiles(folder, signal)).filter((path) => path.endsWith('.nix')).slice(0, maxFiles);
  const read = paths.map(async (path) => {
    const text = await textOfFile(folder, path);
    return text === null ? [] : [new NixFile(path, text)];
  });
  return (await Promise.all(read)).flat();
}
