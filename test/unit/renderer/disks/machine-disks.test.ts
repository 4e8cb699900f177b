import { expect, test } from 'vitest';
import type { Client } from '../../../../renderer/app/client.ts';
import { MachineDisks } from '../../../../renderer/disks/machine-disks.svelte.ts';
import type { Host } from '../../../../shared/contract/host.ts';
import { hostName } from '../../../../shared/contract/ids.ts';
import type { ProbeAnswer } from '../../../../shared/contract/machine.ts';

type ProbeInput = Parameters<Client['machine']['probe']>[0];

const host = {
  name: hostName.parse('vault'),
  target: { host: '10.0.0.9', user: 'root', port: null },
} as unknown as Host;

/** An engine that gives one answer after the other and remembers what it was told. */
function engineWith(...answers: (ProbeAnswer | Error)[]): { client: Client; told: ProbeInput[] } {
  const told: ProbeInput[] = [];
  const probe = (input: ProbeInput): Promise<ProbeAnswer> => {
    told.push(input);
    const answer = answers.shift() ?? new Error('It is asked more often than it has answers');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { client: { machine: { probe } } as unknown as Client, told };
}

const unknownKey: ProbeAnswer = { state: 'unknown-host-key', type: 'ssh-ed25519', fingerprint: 'SHA256:abc' };
const password = (wasWrong: boolean): ProbeAnswer => ({ state: 'password-wanted', text: 'Password of root', wasWrong });

test('a key that nobody has confirmed is asked about, and only the confirmed one is handed on', async () => {
  const machine = new MachineDisks();
  const { client, told } = engineWith(unknownKey, password(false));
  expect(await machine.look(client, host)).toBe(false);
  expect(machine.question).toEqual(unknownKey);
  expect(told[0]).not.toHaveProperty('acceptedFingerprint');
  expect(await machine.look(client, host, { acceptedFingerprint: 'SHA256:abc' })).toBe(false);
  expect(told[1]).toMatchObject({ acceptedFingerprint: 'SHA256:abc' });
  expect(machine.question).toEqual(password(false));
});

test('a password is handed on once and kept nowhere; a wrong one is asked for again', async () => {
  const machine = new MachineDisks();
  const { client, told } = engineWith(password(false), password(true), password(false));
  await machine.look(client, host);
  await machine.look(client, host, { password: 'not it' });
  expect(machine.question).toMatchObject({ state: 'password-wanted', wasWrong: true });
  await machine.look(client, host);
  expect(told.map((input) => input.password)).toEqual([undefined, 'not it', undefined]);
});

test('a failure is a problem, and an answer that comes after the machine was forgotten is not heard', async () => {
  const machine = new MachineDisks();
  const { client } = engineWith(new Error('gone'), unknownKey);
  expect(await machine.look(client, host)).toBe(false);
  expect(machine.problem).not.toBeNull();
  const looking = machine.look(client, host);
  machine.forget();
  expect(await looking).toBe(false);
  expect(machine).toMatchObject({ question: null, host: null, isLooking: false });
});
