import type { ChangedFile, ChangeEvent, HostChangeRequest } from '../../../shared/contract/change.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { factoryHostFiles } from '../../../shared/fleet/template/host-files.ts';

const HOST = (name: string, lines: readonly string[]): string =>
  `# What the tools must know of ${name} before they evaluate it.
{
  system = "x86_64-linux";
  type = "server";
  deployment = {
${lines.map((line) => `    ${line}\n`).join('')}  };
}
`;

const OLD = ['targetHost = "10.0.20.10"; # in the cellar', 'targetUser = "root";', 'tags = [ "infra" "storage" ];'];

function filesOf(change: HostChangeRequest): ChangedFile[] {
  const changed = (name: string, lines: readonly string[]): ChangedFile => {
    const path = `hosts/${name}/host.nix`;
    return { path, from: path, before: HOST(name, OLD), after: HOST(name, lines), act: 'changed' };
  };
  switch (change.kind) {
    case 'add':
      return Object.entries(factoryHostFiles(change.host)).map(([path, after]) => ({
        ...{ path, from: path, before: null, after, act: 'new' as const },
      }));
    case 'rename': {
      const { name, newName } = change;
      const move = (file: string, before: string, after: string): ChangedFile => ({
        ...{ path: `hosts/${newName}/${file}`, from: `hosts/${name}/${file}`, before, after, act: 'moved' as const },
      });
      const config = (host: string): string => `{\n  networking.hostName = "${host}";\n}\n`;
      return [
        move('host.nix', HOST(name, OLD), HOST(newName, OLD)),
        move('default.nix', config(name), config(newName)),
        move('hardware-configuration.nix', '{ }\n', '{ }\n'),
      ];
    }
    case 'retag': {
      const tags = ['infra', 'storage'].filter((tag) => !change.remove.includes(tag));
      const list = [...tags, ...change.add].map((tag) => `"${tag}"`).join(' ');
      return change.names.map((name) => changed(name, [...OLD.slice(0, 2), `tags = [ ${list} ];`]));
    }
    case 'retarget':
      return [changed(change.name, [`targetHost = "${change.target.address}"; # in the cellar`, ...OLD.slice(1)])];
    case 'retire':
      return ['host.nix', 'default.nix', 'disko.nix', 'hardware-configuration.nix'].map((file) => {
        const path = `hosts/${change.name}/${file}`;
        return { path, from: path, before: HOST(change.name, OLD), after: null, act: 'removed' as const };
      });
  }
}

const NOTES = [
  'The machine itself takes its new name at the next deploy.',
  'modules/monitoring.nix:14 still says nas, and is left as it is.',
];

/** What working a change out leads to; `wanted`: `by-hand`, `slow`, `nothing`, `verified`. */
export async function* inventedPlan(
  change: HostChangeRequest,
  wanted: string | null,
): AsyncGenerator<ChangeEvent, void> {
  yield { type: 'progress', text: 'Evaluating the fleet with the change' };
  if (wanted === 'slow') await new Promise(() => undefined);
  if (wanted === 'nothing') {
    yield { type: 'planned', plan: { state: 'nothing' } };
  } else if (wanted === 'by-hand') {
    const byHand = {
      reason: 'The place that was found is also about kube01, kube02, kube03 and 2 more, which would change too.',
      evidence: 'kube01 would have the tags infra, edge\nkube02 would have the tags infra, edge',
      file: 'modules/fleet/inventory.nix',
      line: 42,
      snippet: 'deployment.tags = [\n  "infra"\n  "edge"\n];\n',
    };
    yield { type: 'planned', plan: { state: 'by-hand', byHand } };
  } else {
    const id = '00000000-0000-4000-8000-000000000000';
    const notes = change.kind === 'rename' ? NOTES : [];
    const isVerified = wanted === 'verified';
    const module = change.kind === 'add' ? `hosts/${change.host.name}/default.nix` : null;
    yield { type: 'planned', plan: { state: 'ready', id, files: filesOf(change), isVerified, notes, module } };
  }
}

/** What keeps a host from being retired. */
export const NOT_HELD: Problem = {
  code: 'retire-not-in-git',
  title: 'nas is not retired: Git does not hold all that would be deleted',
  evidence: 'hosts/nas/disko.nix\nhosts/nas/notes.md',
  advice: ['Nothing was written. Commit these files first, or move them away; then nothing can be lost.'],
};
