import { engineAlone, openFleet } from '../../lab/engine-alone.ts';
import { asProblem } from '../../../renderer/app/as-problem.ts';
import { hostName } from '../../../shared/contract/ids.ts';
import { defaultInstallOptions } from '../../../shared/install/default-options.ts';

/** Opens the flake reference `argv[2]` and tries all that writes into a fleet. Prints what each was refused with. */
const [, , path = ''] = process.argv;
await using engine = await engineAlone();
const { client } = engine;
const fleetId = (await openFleet(client, path)).fleet.id;

const host = hostName.parse('beta');
const target = { host: '10.99.0.1', user: 'root', port: null };
const newHost = {
  ...{ name: 'beta', type: 'server' as const, system: 'x86_64-linux', stateVersion: '25.11', tags: [] },
  ...{ address: target.host, user: target.user, port: target.port },
};
const machine = { fleetId, host, newHost, target, identityFile: null, hostKeyFingerprint: '' };
const install = { ...machine, network: null, layout: null, options: defaultInstallOptions };
const pin = { kind: 'pin' as const, input: 'nixpkgs', revision: null };

const tried = {
  save: () => client.files.save({ fleetId, file: 'flake.nix', text: '{ }', hash: null }),
  track: () => client.git.track({ fleetId, files: ['flake.nix'] }),
  change: async () => {
    for await (const event of await client.change.plan({ path, change: { kind: 'retire', name: 'alpha' } })) void event;
  },
  planInput: () => client.inputs.planEdit({ fleetId, edit: pin }),
  tryInputs: () => client.inputs.try({ fleetId, change: { kind: 'update', inputs: [] }, build: false }),
  review: () => client.install.review(install),
  check: () => client.install.check(install),
  adopt: () => client.install.adopt({ ...machine, commits: false }),
} satisfies Record<string, () => Promise<unknown>>;

const codes: Record<string, string> = {};
for (const [what, attempt] of Object.entries(tried)) {
  codes[what] = await attempt().then(
    () => 'not refused',
    (error: unknown) => asProblem(error).code,
  );
}
console.log(JSON.stringify(codes));
