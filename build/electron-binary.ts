import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './places.ts';

const electronPackage = join(root, 'node_modules', 'electron');
const nameOnPlatform: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
};

/**
 * Where Electron's binary is or would be. The package's own `require('electron')` is not asked: it downloads what is
 * missing, without a time limit.
 */
export function electronBinary(): string {
  const pathFile = join(electronPackage, 'path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : (nameOnPlatform[process.platform] ?? 'electron');
  return join(process.env['ELECTRON_OVERRIDE_DIST_PATH'] || join(electronPackage, 'dist'), name);
}

/** The package's script that fetches the binary. */
export const electronInstallScript = join(electronPackage, 'install.js');
