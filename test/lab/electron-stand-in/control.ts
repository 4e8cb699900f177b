import { z } from 'zod';
import type { StandInApp } from './app.ts';
import { StandInWindow } from './browser-window.ts';
import type { RunningChromium } from './chromium.ts';
import { StandInMenu } from './desktop.ts';
import type { StandInDialog, StandInShell } from './desktop.ts';
import type { StandInProtocol, StandInSession } from './session.ts';
import { StandInUtilityProcess } from './utility-process.ts';

/** What a test asks of the app that runs in the stand-in, as a person or the operating system would. */
export const question = z.object({
  id: z.int(),
  ask: z.discriminatedUnion('type', [
    z.object({ type: z.literal('state') }),
    /** Prepares the answers to the next dialogs: a folder, or the number of a button. */
    z.object({ type: z.literal('prepare'), folder: z.string().optional(), button: z.int().optional() }),
    z.object({ type: z.literal('click-menu'), label: z.string() }),
    z.object({ type: z.literal('minimize') }),
    z.object({ type: z.literal('close-window') }),
    z.object({ type: z.literal('activate') }),
    z.object({ type: z.literal('quit') }),
    z.object({ type: z.literal('crash-engine') }),
  ]),
});
export type Ask = z.infer<typeof question>['ask'];

const attempt = z.object({
  kind: z.enum(['navigate', 'frame-navigate', 'window-open', 'request']),
  url: z.string(),
  isPrevented: z.boolean(),
});

export const appState = z.object({
  debuggingAddress: z.string(),
  isSandboxEnabled: z.boolean(),
  isSpellCheckerEnabled: z.boolean(),
  userData: z.string(),
  schemes: z.array(z.object({ scheme: z.string(), privileges: z.record(z.string(), z.boolean()).optional() })),
  grantedPermissions: z.array(z.string()),
  windows: z.array(
    z.object({
      isShown: z.boolean(),
      isMinimized: z.boolean(),
      bounds: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
      calls: z.array(z.string()),
      exposed: z.array(z.string()),
      attempts: z.array(attempt),
      webPreferences: z.record(z.string(), z.unknown()),
    }),
  ),
  menuLabels: z.array(z.string()),
  openedExternally: z.array(z.string()),
  enginePids: z.array(z.number()),
});
export type AppState = z.infer<typeof appState>;

/** What the app tells without being asked: a dialog appears. */
export const dialogReport = z.object({ dialog: z.record(z.string(), z.unknown()) });

export interface ControlledParts {
  readonly app: StandInApp;
  readonly dialog: StandInDialog;
  readonly protocol: StandInProtocol;
  readonly session: StandInSession;
  readonly shell: StandInShell;
  readonly chromium: () => Promise<RunningChromium>;
}

/** Answers the questions of the test that started this process, over Node's own channel between them. */
export function answerTests(parts: ControlledParts): void {
  process.on('message', (message) => {
    const { id, ask } = question.parse(message);
    act(ask, parts).then(
      (answer) => process.send?.({ id, answer }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    );
  });
  parts.dialog.onAsked = (dialog) => process.send?.({ dialog });
  // The channel alone keeps no app alive, and an app whose test is gone has no reason to live.
  process.on('disconnect', () => parts.app.exit(1));
}

async function act(ask: Ask, parts: ControlledParts): Promise<AppState | null> {
  const [window] = StandInWindow.open;
  switch (ask.type) {
    case 'state':
      return readState(parts);
    case 'prepare':
      if (ask.folder !== undefined) parts.dialog.prepared.folders.push(ask.folder);
      if (ask.button !== undefined) parts.dialog.prepared.buttons.push(ask.button);
      return null;
    case 'click-menu':
      StandInMenu.application?.click(ask.label);
      return null;
    case 'minimize':
      window?.minimize();
      return null;
    case 'close-window':
      await window?.close();
      return null;
    case 'activate':
      parts.app.emit('activate');
      return null;
    case 'quit':
      parts.app.quit();
      return null;
    case 'crash-engine':
      StandInUtilityProcess.started.at(-1)?.crash();
      return null;
  }
}

async function readState({ app, protocol, session, shell, chromium }: ControlledParts): Promise<AppState> {
  await app.whenReady();
  // The app's own code behind whenReady comes first.
  await new Promise((resolve) => setImmediate(resolve));
  const { debuggingAddress } = await chromium();
  for (const window of StandInWindow.open) await window.loaded;
  return appState.parse(
    JSON.parse(
      JSON.stringify({
        debuggingAddress,
        isSandboxEnabled: app.isSandboxEnabled,
        isSpellCheckerEnabled: session.isSpellCheckerEnabled,
        userData: app.userData,
        schemes: protocol.schemes,
        grantedPermissions: session.grantedTo('app://nixstead'),
        windows: StandInWindow.open.map((window) => ({
          isShown: window.isShown,
          isMinimized: window.isMinimized(),
          bounds: window.getNormalBounds(),
          calls: window.calls,
          exposed: window.webContents.exposed,
          attempts: window.webContents.attempts,
          webPreferences: window.options.webPreferences,
        })),
        menuLabels: StandInMenu.application?.items.map(({ label, role }) => label ?? role ?? '').filter(Boolean) ?? [],
        openedExternally: shell.opened,
        enginePids: StandInUtilityProcess.started.map(({ pid }) => pid ?? 0),
      }),
    ),
  );
}
