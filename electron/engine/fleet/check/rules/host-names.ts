import type { Finding, Fix } from '../../../../../shared/contract/finding.ts';
import { stringValue } from '../../../../../shared/nix/strings.ts';
import { formatString } from '../../../../../shared/nix/value.ts';
import type { CheckedHost } from '../checked-host.ts';
import type { Inspection } from '../inspection.ts';

/** A machine that calls itself otherwise than its flake: `nixos-rebuild` and people then mean different ones. */
export function* hostNameFindings(inspection: Inspection, checked: CheckedHost): Generator<Finding> {
  const { host, details } = checked;
  const { hostName, domain } = details;
  // Empty: the network (DHCP) says the name.
  if (hostName === null || hostName === '') return;
  const own = [hostName, ...(domain === null ? [] : [`${hostName}.${domain}`])];
  if (own.includes(host.name) || host.name.split('.')[0] === hostName) return;
  const isDefault = hostName === 'nixos' && details.files.hostName.every((file) => inspection.fileOfNix(file) === null);
  const fix = isDefault ? null : renameFix(inspection, checked);
  yield {
    code: 'host-name-differs',
    severity: 'warning',
    host: host.name,
    ...(isDefault
      ? inspection.placeOfHost(host.name)
      : inspection.placeIn(host.name, ['networking', 'hostName'], details.files.hostName)),
    message: isDefault
      ? `${host.name} sets no networking.hostName, so the machine calls itself “nixos”.`
      : `The flake calls this host ${host.name}, and its configuration calls it ${hostName} (networking.hostName). ` +
        '‘nixos-rebuild’ on the machine looks for its own name in the flake.',
    ...(fix ? { fix } : {}),
  };
}

/** Where the name is written out in a file of this host alone. */
function renameFix(inspection: Inspection, { host, details }: CheckedHost): Fix | null {
  const found = inspection.find(['networking', 'hostName'], details.files.hostName);
  const [only] = found;
  if (!only || found.length > 1) return null;
  const { file, binding, path } = only;
  const { value } = binding;
  const isOwn =
    path.includes(host.name) || file.path.split('/').includes(host.name) || file.path.endsWith(`/${host.name}.nix`);
  const isLiteral = value.kind === 'string' && stringValue(file.text, value) === details.hostName;
  // A dot would make it a domain name, which hostName may not be.
  if (!isOwn || !isLiteral || host.name.includes('.') || file.tree.problems.length > 0) return null;
  return file.fix(`Call the machine ${host.name}`, [
    { start: value.start, end: value.end, text: formatString(host.name) },
  ]);
}
