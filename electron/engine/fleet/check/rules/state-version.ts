import type { Finding, Fix } from '../../../../../shared/contract/finding.ts';
import { stringValue } from '../../../../../shared/nix/strings.ts';
import { formatString } from '../../../../../shared/nix/value.ts';
import type { CheckedHost } from '../checked-host.ts';
import type { Inspection } from '../inspection.ts';

/** `system.stateVersion` changed since the machine was deployed: its data would be read as a newer release writes it. */
export function* stateVersionFindings(inspection: Inspection, checked: CheckedHost): Generator<Finding> {
  const { host, details, deployedStateVersion } = checked;
  const { stateVersion } = details;
  if (deployedStateVersion === null || stateVersion === null || deployedStateVersion === stateVersion) return;
  const fix = backFix(inspection, checked, deployedStateVersion);
  yield {
    code: 'state-version-changed',
    severity: 'error',
    host: host.name,
    ...inspection.placeIn(host.name, ['system', 'stateVersion'], details.files.stateVersion),
    message:
      `system.stateVersion of ${host.name} is ${stateVersion}, and it was deployed with ${deployedStateVersion}. It says with ` +
      'which release the machine was installed and stays when it is upgraded: services would look for their data in the ' +
      'place and form of another release.',
    ...(fix ? { fix } : {}),
  };
}

function backFix(inspection: Inspection, { host, details }: CheckedHost, version: string): Fix | null {
  const found = inspection.find(['system', 'stateVersion'], details.files.stateVersion);
  const [only] = found;
  if (!only || found.length > 1 || only.file.tree.problems.length > 0) return null;
  const { file, binding } = only;
  const { value } = binding;
  if (value.kind !== 'string' || stringValue(file.text, value) !== details.stateVersion) return null;
  // In a file of several hosts it would change the others too.
  if (!only.path.includes(host.name) && !file.path.split('/').includes(host.name)) return null;
  return file.fix(`Set it back to ${version}`, [{ start: value.start, end: value.end, text: formatString(version) }]);
}
