import Activity from '@lucide/svelte/icons/activity';
import Globe from '@lucide/svelte/icons/globe';
import ListX from '@lucide/svelte/icons/list-x';
import Plug from '@lucide/svelte/icons/plug';
import Router from '@lucide/svelte/icons/router';
import SquareTerminal from '@lucide/svelte/icons/square-terminal';
import Terminal from '@lucide/svelte/icons/terminal';
import type { Component } from 'svelte';
import type { WrittenCheck } from '../../shared/contract/health.ts';
import { commandText } from '../../shared/jobs/command-text.ts';
import { kindOf, type CheckKind } from './check-draft.ts';

interface KindWords {
  readonly title: string;
  /** When it passes. */
  readonly passes: string;
  readonly icon: Component;
  /** What its value is called, with one to begin from; null: it has none. */
  readonly value: { readonly label: string; readonly placeholder: string; readonly hint: string } | null;
}

export const CHECK_KINDS: Readonly<Record<CheckKind, KindWords>> = {
  'no-new-failed-units': {
    title: 'No new failed units',
    passes: 'Passes when no unit is failed that was not failed before.',
    icon: ListX,
    value: null,
  },
  unit: {
    title: 'A unit is active',
    passes: 'Passes when systemd says that it is active.',
    icon: Activity,
    value: { label: 'Unit', placeholder: 'nginx', hint: 'Without an ending, .service is meant.' },
  },
  http: {
    title: 'A web address answers',
    passes: 'Passes when this computer gets an answer below 400, or the one that you ask for.',
    icon: Globe,
    value: { label: 'Address', placeholder: 'http://{address}/', hint: '{address} stands for where the host answers.' },
  },
  tcp: {
    title: 'A port takes connections',
    passes: 'Passes when this computer can connect to it.',
    icon: Plug,
    value: { label: 'Port', placeholder: '443', hint: 'Of the host; name:port is one elsewhere.' },
  },
  command: {
    title: 'A command on the host',
    passes: 'Passes when it ends with 0. It is run as root on the host.',
    icon: SquareTerminal,
    value: {
      label: 'Command',
      placeholder: 'zpool status -x',
      hint: 'Words and quotes as in a shell, but none is run: no pipes, no variables.',
    },
  },
  'command-here': {
    title: 'A command on this computer',
    passes: 'Passes when it ends with 0. It is run here, in the folder of the fleet.',
    icon: Terminal,
    value: {
      label: 'Command',
      placeholder: './check.sh {address}',
      hint: 'Words and quotes as in a shell, but none is run. {address} stands for where the host answers.',
    },
  },
  'ping-gateway': {
    title: 'The gateway answers',
    passes: 'Passes when the host’s default gateway answers its ping.',
    icon: Router,
    value: null,
  },
};

/** One line for a check: its name, or what it checks. */
export function checkTitle(check: WrittenCheck): string {
  if (check.name !== undefined) return check.name;
  const kind = kindOf(check);
  switch (kind) {
    case 'unit':
      return `${check.unit ?? ''} is active`;
    case 'http':
      return `${check.http ?? ''} answers`;
    case 'tcp':
      return `${typeof check.tcp === 'number' ? `Port ${check.tcp}` : check.tcp} takes connections`;
    case 'command':
    case 'command-here':
      return commandText({ argv: check[kind] ?? [''], env: {} });
    default:
      return CHECK_KINDS[kind].title;
  }
}

/** What else a check says, in few words. */
export function checkDetails(check: WrittenCheck): string {
  const kind = kindOf(check);
  const { name, status, contains, insecure, after, within, every, timeout } = check;
  const parts = [
    name === undefined ? null : checkTitle({ ...check, name: undefined }),
    kind === 'command' ? 'on the host' : kind === 'command-here' ? 'on this computer' : null,
    status === undefined ? null : `HTTP ${status}`,
    contains === undefined ? null : `contains “${contains}”`,
    insecure === true ? 'any certificate' : null,
    after === undefined ? null : `after ${after} s`,
    within === undefined ? null : `within ${within} s`,
    every === undefined ? null : `every ${every} s`,
    timeout === undefined ? null : `${timeout} s for a try`,
  ];
  return parts.filter((part) => part !== null).join(' · ');
}
