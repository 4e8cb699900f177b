import type { Finding } from '../../../../../shared/contract/finding.ts';
import type { Host } from '../../../../../shared/contract/host.ts';
import type { SystemParts, TwoSystems } from '../facts/systems.ts';
import type { Inspection } from '../inspection.ts';

const titles: Record<keyof SystemParts, string> = {
  settings: '',
  packages: 'packages ',
  services: 'services ',
  users: 'users ',
  fileSystems: 'file systems ',
  openPorts: 'open ports ',
};

const keys = ['settings', 'packages', 'services', 'users', 'fileSystems', 'openPorts'] as const;

/** What one has and the other lacks, as a person would say it; empty where they differ in nothing that is looked at. */
function onlyIn(one: SystemParts, other: SystemParts): string {
  const parts = keys.flatMap((key) => {
    const lone = [...new Set(one[key])].filter((item) => !other[key].includes(item));
    if (lone.length === 0) return [];
    const shown = lone.slice(0, 5).join(', ') + (lone.length > 5 ? ` and ${lone.length - 5} more` : '');
    return [`${titles[key]}${shown}`];
  });
  return parts.join('; ');
}

/** One host with two different systems: what was installed or tested is not what gets deployed. */
export function* differentSystems(inspection: Inspection, host: Host, systems: TwoSystems): Generator<Finding> {
  const { configuration, hive } = systems;
  if (configuration.drvPath === hive.drvPath) return;
  const inConfiguration = onlyIn(configuration.parts, hive.parts);
  const inHive = onlyIn(hive.parts, configuration.parts);
  const differences = [
    ...(inConfiguration === '' ? [] : [`only nixosConfigurations has ${inConfiguration}`]),
    ...(inHive === '' ? [] : [`only the hive has ${inHive}`]),
  ].join('; ');
  yield {
    code: 'two-systems',
    severity: 'error',
    host: host.name,
    ...inspection.placeOfHost(host.name),
    message:
      `nixosConfigurations and the hive make two different systems of ${host.name}` +
      (differences === '' ? '. ' : `: ${differences}. `) +
      'Make both from one list of modules, with the same special arguments and the same nixpkgs.',
  };
}
