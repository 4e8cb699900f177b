import type { Finding } from '../../../../../shared/contract/finding.ts';
import type { Host } from '../../../../../shared/contract/host.ts';
import type { Inspection, Place } from '../inspection.ts';

/** Addresses that a guide or a template has in the place of a real one. */
const placeholder =
  /^(your[-_]|change[-_]?me|replace[-_]?me|todo$|fixme$|placeholder|x+$)|(^|[-_.])(server|host|machine|target)[-_]?ip$/i;

function placeOfTarget(inspection: Inspection, host: Host): Place {
  const outline = inspection.outlines.get(host.name);
  return (
    inspection.placeOfPosition(outline?.deployment['targetHost']) ??
    inspection.placeOfPosition(outline?.hostname) ??
    inspection.placeIn(host.name, [host.sources.includes('deploy') ? 'hostname' : 'targetHost'])
  );
}

/** True where an output says where hosts answer. */
function declaresTargets({ sources }: Host): boolean {
  return sources.some((kind) => kind !== 'nixosConfigurations');
}

/** Where hosts are deployed to: missing, taken twice, or not an address. */
export function* targetFindings(inspection: Inspection): Generator<Finding> {
  const { hosts } = inspection;
  const byAddress = Map.groupBy(
    hosts.filter((host) => host.target !== null && declaresTargets(host)),
    ({ target }) => `${target?.host.toLowerCase()} ${target?.port ?? 22}`,
  );
  for (const host of hosts) {
    const about = { host: host.name, ...placeOfTarget(inspection, host) };
    const { target, problem } = host;
    if (
      problem?.code === 'host-address-refused' ||
      problem?.code === 'host-user-refused' ||
      problem?.code === 'host-port-refused'
    ) {
      yield {
        code: 'target-invalid',
        severity: 'error',
        ...about,
        message: `${problem.title} (‘${problem.evidence}’). ${problem.advice.join(' ')}`,
      };
    } else if (target === null && problem === null && !host.allowLocalDeployment) {
      yield {
        code: 'target-missing',
        severity: 'warning',
        ...about,
        message:
          `${host.name} has no target host and is not for local deployment, so nothing can deploy it. ` +
          'Set deployment.targetHost, or allowLocalDeployment for a machine that deploys itself.',
      };
    } else if (target !== null && placeholder.test(target.host) && declaresTargets(host)) {
      yield {
        code: 'target-invalid',
        severity: 'warning',
        ...about,
        message: `‘${target.host}’ looks like what a guide has in the place of ${host.name}’s address.`,
      };
    } else if (target !== null && !declaresTargets(host) && hosts.some(declaresTargets)) {
      yield {
        code: 'target-missing',
        severity: 'hint',
        ...about,
        message:
          `No output says where ${host.name} answers, so it is deployed to its own name. ` +
          'Other hosts of this fleet have a target host.',
      };
    }
    const same = target && byAddress.get(`${target.host.toLowerCase()} ${target.port ?? 22}`);
    if (same && same.length > 1 && same.includes(host)) {
      const others = same.filter((other) => other !== host).map(({ name }) => name);
      const shown = others.slice(0, 5).join(', ') + (others.length > 5 ? ` and ${others.length - 5} more` : '');
      yield {
        code: 'target-duplicate',
        severity: 'warning',
        ...about,
        message: `${host.name} has the same address as ${shown}: ${target.host}${target.port === null ? '' : `, port ${target.port}`}.`,
      };
    }
  }
}
