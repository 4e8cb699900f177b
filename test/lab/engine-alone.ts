import type { ContractRouterClient } from '@orpc/contract';
import { createRouterClient } from '@orpc/server';
import { createEngine } from '../../electron/engine/engine.ts';
import { windowless } from '../../electron/engine/surroundings.ts';
import type { FleetView } from '../../shared/contract/fleet.ts';
import type { Contract } from '../../shared/contract/index.ts';

type EngineClient = ContractRouterClient<Contract>;

/** The engine of this process, without a door: what a window calls is called on `client`. */
export interface EngineAlone extends AsyncDisposable {
  readonly client: EngineClient;
}

/** Starts it over the data folder that the environment names. */
export async function engineAlone(): Promise<EngineAlone> {
  const engine = await createEngine({ env: process.env, surroundings: windowless('cli') });
  return { client: createRouterClient(engine.router), [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() };
}

/** Opens the fleet at `path` as the window does. Throws where it is not a fleet. */
export async function openFleet(client: EngineClient, path: string): Promise<FleetView> {
  for await (const event of await client.fleet.open({ path })) if (event.type === 'opened') return event.view;
  throw new Error(`${path} was not opened`);
}
