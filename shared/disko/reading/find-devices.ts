import type { Evaluator } from '../../nix/evaluation/evaluate.ts';
import { NotEvaluable, type SetValue, type Thunk, type Value } from '../../nix/evaluation/values.ts';
import { deviceGroups } from '../schema.ts';
import { FileCall } from './call-file.ts';

function asSet(thunk: Thunk | undefined): SetValue | null {
  const value = thunk?.force();
  if (value?.type === 'outside')
    throw new NotEvaluable('unknown', `depends on ${value.name}`, thunk?.expression ?? null);
  return value?.type === 'set' ? value : null;
}

export interface Found {
  readonly devices: SetValue;
  readonly path: readonly string[];
}

export function findDevices(root: Value): Found | null {
  if (root.type === 'outside') throw new NotEvaluable('unknown', `is ${root.name}`);
  if (root.type !== 'set') return null;
  for (const path of [['disko', 'devices'], ['config', 'disko', 'devices'], ['devices'], []]) {
    let current: SetValue | null = root;
    for (const name of path) current = current ? asSet(current.attributes.get(name)?.thunk) : null;
    if (!current) continue;
    const isLayout = path.includes('disko') || hasGroups(current);
    if (isLayout) return { devices: current, path };
  }
  return null;
}

/** How far below the root of a file a module may lie, and how many values are looked at. */
const MAX_MODULE_DEPTH = 8;
const MAX_LOOKS = 2000;

/**
 * Layouts in modules that a file hands on by name (`flake.modules.nixos.host = { disko.devices = ...; }`), as flakes of
 * many parts are written. Functions on the way are called with arguments that are known to nobody here.
 */
export function findNestedDevices(evaluator: Evaluator, root: Value): Found[] {
  const found: Found[] = [];
  const queue: { value: Value; path: readonly string[] }[] = [{ value: root, path: [] }];
  for (let looks = 0; queue.length > 0 && looks < MAX_LOOKS; looks++) {
    const next = queue.shift();
    if (!next || next.path.length > MAX_MODULE_DEPTH) continue;
    const { path } = next;
    const value = attempt(() => new FileCall(evaluator, {}).result(next.value));
    if (value?.type !== 'set') continue;
    const devices = attempt(() => asSet(asSet(value.attributes.get('disko')?.thunk)?.attributes.get('devices')?.thunk));
    if (devices) {
      found.push({ devices, path: [...path, 'disko', 'devices'] });
      continue;
    }
    for (const [name, { thunk }] of value.attributes) {
      const inner = attempt(() => thunk.force());
      if (inner?.type === 'set' || inner?.type === 'lambda') queue.push({ value: inner, path: [...path, name] });
    }
  }
  return found;
}

/** null where only evaluation by nix could tell, or where it would fail. */
function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotEvaluable) return null;
    throw error;
  }
}

function hasGroups(value: SetValue): boolean {
  return Object.keys(deviceGroups).some((group) => {
    const entry = value.attributes.get(group);
    return entry !== undefined && entry.thunk.force().type === 'set';
  });
}
