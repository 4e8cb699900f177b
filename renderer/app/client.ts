import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../shared/contract/index.ts';

/** The engine as the window sees it: every procedure of the contract as an async function. */
export type Client = ContractRouterClient<Contract>;

/** `connecting`: first attempt. `lost`: it was open, attempts go on. `refused`: the door said no, attempts ended. */
export type ConnectionState = 'connecting' | 'open' | 'lost' | 'refused';

/**
 * What `connection.ts` gives to the window. `client` stays the same object over reconnects: a call made while the
 * connection is down fails, one made after it is back works.
 */
export interface Connection {
  readonly client: Client;
  readonly state: {
    readonly current: ConnectionState;
    /** Calls back with each new state; returns the function that ends it. */
    subscribe(onChange: (state: ConnectionState) => void): () => void;
  };
}
