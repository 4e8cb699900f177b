import { isList } from '../layout.ts';
import { partitionLabel } from '../device-path.ts';
import { ownName, text } from '../walk.ts';
import { change, groupBy, type Rule } from './finding.ts';

export const partitionNames: Rule = function* (inspection) {
  for (const table of inspection.of('gpt')) {
    for (const [name, same] of groupBy(inspection.childrenOf(table, 'gpt_partition'), ownName)) {
      if (same.length < 2) continue;
      yield {
        code: 'partition-name-twice',
        severity: 'error',
        path: [...(same[1]?.path ?? []), 'name'],
        message: `Two partitions are named ${name}. disko would create only the first.`,
      };
    }
  }
  for (const item of inspection.of('gpt_partition')) {
    const written = text(item, 'label');
    if (written !== null && written.length > 36) {
      yield {
        code: 'label-too-long',
        severity: 'error',
        path: [...item.path, 'label'],
        message: `The label of ${item.name} has ${written.length} characters; a GPT label holds 36. It would be cut, and the machine would not find the partition.`,
        fix: change('Let disko make the label', [...item.path, 'label'], undefined),
      };
    }
    const bits = item.value['attributes'];
    if (isList(bits) && bits.some((bit) => typeof bit === 'number' && (bit < 0 || bit > 63))) {
      yield {
        code: 'attribute-bit',
        severity: 'error',
        path: [...item.path, 'attributes'],
        message: `GPT attribute bits go from 0 to 63 (${item.name}).`,
      };
    }
  }
  for (const item of inspection.items) {
    const names = [item.name, text(item, 'name'), text(item, 'label')].filter((name) => name !== null);
    const isNamed = ['disk', 'gpt_partition', 'mdadm', 'luks'].includes(item.type ?? '');
    // Anything outside printable ASCII stops disko's evaluation.
    if (isNamed && names.some((name) => /[^\x20-\x7e]/.test(name))) {
      yield {
        code: 'name-not-ascii',
        severity: 'error',
        path: item.path,
        message: `Use only ASCII letters in names: '${item.name}' stops disko.`,
      };
    }
  }
  const labelled = inspection.of('gpt_partition').filter((item) => item.value['uuid'] === undefined);
  for (const [label, same] of groupBy(labelled, partitionLabel)) {
    const places = new Set(same.map((item) => `${item.parent?.path.join('/') ?? ''}/${ownName(item)}`));
    // Two of one name in one table are told as such.
    if (same.length < 2 || places.size < 2) continue;
    yield {
      code: 'label-twice',
      severity: 'error',
      path: same[1]?.path ?? [],
      message: `Two partitions would have the label ${label}; the machine could mount the wrong one. Rename one.`,
    };
  }
};
