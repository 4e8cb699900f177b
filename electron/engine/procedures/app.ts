import { homedir } from 'node:os';
import type { Problem } from '../../../shared/contract/problem.ts';
import { allowedExternalUrl } from '../../../shared/doors/external-links.ts';
import packageFile from '../../../package.json' with { type: 'json' };
import { ProblemError } from '../errors.ts';
import type { Home } from '../home.ts';
import type { Surroundings } from '../surroundings.ts';
import { procedures } from './base.ts';

/** `app.*`: what this app is, and what its door can do. */
export function appProcedures(surroundings: Surroundings, home: Home, notices: readonly Problem[]) {
  return {
    info: procedures.app.info.handler(() => ({
      version: packageFile.version,
      door: surroundings.door,
      platform: process.platform,
      homeFolder: homedir(),
      dataFolder: home.root,
      canChooseFolder: surroundings.canChooseFolder,
      initialPath: surroundings.initialPath,
      notices: [...(surroundings.notices ?? []), ...notices],
    })),
    chooseFolder: procedures.app.chooseFolder.handler(() => surroundings.chooseFolder()),
    openExternal: procedures.app.openExternal.handler(async ({ input }) => {
      const url = allowedExternalUrl(input.url);
      if (url === null) throw new ProblemError(linkRefused(input.url));
      await surroundings.openExternal(url);
    }),
  };
}

function linkRefused(url: string): Problem {
  return {
    code: 'link-refused',
    title: 'This address is not opened from here',
    evidence: url,
    advice: ['Only pages about NixOS are opened. Copy the address into your browser if you trust it.'],
  };
}
