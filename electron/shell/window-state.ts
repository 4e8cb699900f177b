import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Display, Rectangle } from 'electron';
import { z } from 'zod';

const rectangle = z.object({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive() });

/** Where the window was, in device-independent pixels. `bounds` are those of the window when neither maximised nor full. */
const windowState = z.object({
  version: z.literal(1),
  bounds: rectangle,
  isMaximized: z.boolean(),
  isFullScreen: z.boolean(),
});
export type WindowState = z.infer<typeof windowState>;

export const minimumSize = { width: 720, height: 480 };
const defaultSize = { width: 1280, height: 820 };
/** So much of a window's upper edge must be on a screen that a person can grab it. */
const grabSize = { width: 120, height: 40 };

type WorkArea = Pick<Display, 'workArea'>;

/** The state of the last time, or null where there is none or it cannot be read: then the default is good enough. */
export function readWindowState(file: string): WindowState | null {
  try {
    return windowState.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

/** Writes the state so that a crash in between leaves the old one whole. */
export function writeWindowState(file: string, state: WindowState): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(state)}\n`);
  renameSync(`${file}.new`, file);
}

/**
 * The bounds to open a window with: those of the last time where their upper edge is still on a screen, cut to that
 * screen; otherwise the default size in the middle of the primary screen (a monitor was unplugged, a resolution changed).
 */
export function fitToDisplays(wished: Rectangle | null, displays: readonly WorkArea[], primary: WorkArea): Rectangle {
  const display = wished && displays.find(({ workArea }) => canGrab(wished, workArea));
  if (!display) return centred(primary.workArea);
  const { workArea } = display;
  const width = clamp(wished.width, minimumSize.width, workArea.width);
  const height = clamp(wished.height, minimumSize.height, workArea.height);
  return {
    x: clamp(wished.x, workArea.x, workArea.x + workArea.width - width),
    y: clamp(wished.y, workArea.y, workArea.y + workArea.height - height),
    width,
    height,
  };
}

function canGrab(window: Rectangle, area: Rectangle): boolean {
  const left = Math.max(window.x, area.x);
  const right = Math.min(window.x + window.width, area.x + area.width);
  return (
    right - left >= Math.min(grabSize.width, window.width) &&
    window.y >= area.y &&
    window.y + grabSize.height <= area.y + area.height
  );
}

function centred(area: Rectangle): Rectangle {
  const width = Math.min(defaultSize.width, area.width);
  const height = Math.min(defaultSize.height, area.height);
  return {
    x: area.x + Math.round((area.width - width) / 2),
    y: area.y + Math.round((area.height - height) / 2),
    width,
    height,
  };
}

/** Where the room is smaller than the minimum, the room wins. */
function clamp(value: number, least: number, most: number): number {
  return Math.max(Math.min(least, most), Math.min(value, most));
}
