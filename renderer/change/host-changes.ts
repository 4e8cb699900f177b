import AtSign from '@lucide/svelte/icons/at-sign';
import Archive from '@lucide/svelte/icons/archive';
import PencilLine from '@lucide/svelte/icons/pencil-line';
import Tags from '@lucide/svelte/icons/tags';
import type { Component } from 'svelte';
import type { HostChangeDialog } from './change-manager.svelte.ts';

interface HostChangeWords {
  readonly kind: HostChangeDialog['kind'];
  /** On a button, and before the host's name in the palette. */
  readonly title: string;
  /** Other words that a person may look for. */
  readonly keywords: readonly string[];
  readonly icon: Component;
}

/** What can be done to one host in the fleet's files, as buttons, menus and the palette offer it. */
export const HOST_CHANGES: readonly HostChangeWords[] = [
  { kind: 'rename', title: 'Rename', keywords: ['name'], icon: PencilLine },
  { kind: 'retag', title: 'Edit tags of', keywords: ['tag', 'retag', 'label'], icon: Tags },
  { kind: 'retarget', title: 'Edit address of', keywords: ['target', 'retarget', 'ip', 'ssh', 'port'], icon: AtSign },
  { kind: 'retire', title: 'Retire', keywords: ['remove', 'delete', 'decommission'], icon: Archive },
];

/** `Rename…`, `Edit tags…`: where the host is said already. */
export function shortTitle({ title }: HostChangeWords): string {
  return `${title.replace(/ of$/, '')}…`;
}
