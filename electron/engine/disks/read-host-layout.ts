import { z } from 'zod';
import { withoutDefaults } from '../../../shared/disko/defaults.ts';
import { fromJson, isSet, type Layout } from '../../../shared/disko/layout.ts';
import { formatString } from '../../../shared/nix/value.ts';
import { ProblemError } from '../errors.ts';
import { findFleetFolder } from '../fleet/folder.ts';
import { kindsOf } from '../fleet/kinds/all.ts';
import { evalJson } from '../nix/eval.ts';
import { evaluationLimits } from './evaluation-limits.ts';

/** A real configuration takes seconds on its own nixpkgs; what takes longer is broken. */
const TIME_LIMIT_MS = 180_000;

/**
 * The layout of a host of a fleet: what its whole configuration comes to in `disko.devices`, whatever files it is made
 * of. It is complete and cannot be changed as text.
 *
 * @param path the fleet's folder, or its flake.nix or hive.nix
 * @throws ProblemError `disks-host-missing`, `disks-host-without-layout`, those of the folder, and nix's own
 */
export async function readHostLayout(path: string, host: string, signal?: AbortSignal): Promise<Layout> {
  const folder = findFleetFolder(path);
  const nodes = kindsOf(folder.form).flatMap(({ names, node }) => (node === null ? [] : [{ names, node }]));
  const answer = await evalJson({
    source: folder.form === 'flake' ? { ref: folder.ref } : { file: folder.ref },
    apply: hostFunction(nodes, host),
    schema: z.object({ names: z.array(z.string()), devices: z.record(z.string(), z.unknown()).nullable() }),
    flakeFolder: folder.workTree ?? folder.path,
    timeLimitMs: TIME_LIMIT_MS,
    ...evaluationLimits,
    ...(signal === undefined ? {} : { signal }),
  });
  if (!answer.names.includes(host)) throw hostMissing(host, answer.names);
  const layout = answer.devices === null ? null : withoutDefaults(asLayout(answer.devices));
  if (layout === null || Object.keys(layout).length === 0) throw withoutLayout(host);
  return layout;
}

function asLayout(data: unknown): Layout {
  const layout = fromJson(data);
  if (!isSet(layout)) throw new TypeError('The schema lets nothing but a set through');
  return layout;
}

/**
 * Nix: takes the host from the first declaration that has it. Of what disko makes of a layout, the public options are
 * kept; functions and what begins with `_` are its own.
 */
function hostFunction(nodes: readonly { names: string; node: string }[], host: string): string {
  const readers = nodes.map(({ names, node }) => `{ names = ${names}; node = ${node}; }`).join('\n    ');
  return `outputs: let
  inherit (builtins) attrNames concatLists elem filter head isAttrs isFunction isList isPath listToAttrs map substring tryEval;
  plain = value:
    if isFunction value then null
    else if isPath value then toString value
    else if isList value then map plain value
    else if isAttrs value then
      if value ? outPath then toString value.outPath
      else listToAttrs (map (name: { inherit name; value = plain value.\${name}; })
        (filter (name: substring 0 1 name != "_" && !isFunction value.\${name}) (attrNames value)))
    else value;
  readers = [
    ${readers}
  ];
  namesOf = reader: let found = tryEval (reader.names outputs); in
    if found.success && found.value != null then found.value else [ ];
  having = filter (reader: elem ${formatString(host)} (namesOf reader)) readers;
  config = ((head having).node outputs ${formatString(host)}).config;
in {
  names = concatLists (map namesOf readers);
  devices = if having == [ ] || !(config ? disko) then null else plain (config.disko.devices or { });
}`;
}

function hostMissing(host: string, names: readonly string[]): ProblemError {
  return new ProblemError({
    code: 'disks-host-missing',
    title: `The fleet has no host ${host}`,
    evidence: [...new Set(names)].sort().join(', ').slice(0, 500),
    advice: ['Choose one of the hosts that the fleet has.'],
  });
}

function withoutLayout(host: string): ProblemError {
  return new ProblemError({
    code: 'disks-host-without-layout',
    title: `The configuration of ${host} sets no disko.devices`,
    evidence: '',
    advice: [`Make a layout for ${host} and import it in its configuration, with disko’s NixOS module.`],
  });
}
