import { expect, test } from 'vitest';
import type { Client } from '../../../../renderer/app/client.ts';
import { HealthTrial } from '../../../../renderer/health/health-trial.svelte.ts';
import { trialWords } from '../../../../renderer/health/trial-words.ts';
import { fleetId, hostName } from '../../../../shared/contract/ids.ts';
import type { HealthResult, HostHealth } from '../../../../shared/contract/health.ts';

const [nas, web] = [hostName.parse('nas'), hostName.parse('web')];
const result = (state: HealthResult['state']): HealthResult => ({
  name: state,
  kind: 'tcp',
  state,
  detail: '',
  tries: 1,
});
const problem = (code: string) => ({ code, title: code, evidence: '', advice: [] });
const question = { fleetId: fleetId.parse('0123456789abcdef'), hosts: [nas, web] };

/** An engine on whose host nas sudo wants a password. */
function trialWith(password: string) {
  const asked: { hosts: readonly string[]; sudoPasswords?: Record<string, string> | undefined }[] = [];
  async function* health(request: (typeof asked)[number]): AsyncGenerator<HostHealth> {
    asked.push(request);
    const typed = request.sudoPasswords?.['nas'];
    if (request.hosts.includes('nas')) {
      yield typed === password
        ? { host: nas, problem: null, results: [result('passed'), result('passed')] }
        : {
            host: nas,
            problem: problem(typed === undefined ? 'sudo-password-wanted' : 'sudo-password-wrong'),
            results: [result('passed'), result('waiting')],
          };
    }
    if (request.hosts.includes('web')) yield { host: web, problem: null, results: [result('passed')] };
  }
  const client = { deploy: { health: async (request: (typeof asked)[number]) => health(request) } };
  return { trial: new HealthTrial(client as unknown as Client), asked };
}

test('a host whose sudo asks is tried again alone with what was typed, and again after a wrong one', async () => {
  const { trial, asked } = trialWith('open sesame');
  await trial.start(question);
  expect(trial.asking).toEqual([{ host: nas, problem: problem('sudo-password-wanted') }]);
  expect(trial.unasked).toEqual([]);
  expect(trialWords(trial.answers)).toBe('2 of 3 checks passed on 2 hosts, 1 not tried');

  await trial.answer(nas, 'wrong');
  expect(trial.asking).toEqual([{ host: nas, problem: problem('sudo-password-wrong') }]);
  await trial.answer(nas, 'open sesame');
  expect(trial.asking).toEqual([]);
  expect(trialWords(trial.answers)).toBe('All 3 checks passed on 2 hosts');
  expect(asked.map(({ hosts, sudoPasswords }) => [hosts, sudoPasswords])).toEqual([
    [[nas, web], undefined],
    [[nas], { nas: 'wrong' }],
    [[nas], { nas: 'open sesame' }],
  ]);
});

test('a host that is left out says why it was not tried, until it is begun anew', async () => {
  const { trial } = trialWith('open sesame');
  await trial.start(question);
  trial.leaveOut(nas);
  expect(trial.asking).toEqual([]);
  expect(trial.unasked).toEqual([{ host: nas, problem: problem('sudo-password-wanted') }]);
  await trial.start(question);
  expect(trial.asking).toHaveLength(1);
});

test('a trial that is stopped while a host is tried again is over, and stays so', async () => {
  const { trial } = trialWith('open sesame');
  await trial.start(question);
  const answered = trial.answer(nas, 'open sesame');
  expect(trial.isUnderWay).toBe(true);
  trial.stop();
  expect(trial.isUnderWay).toBe(false);
  await answered;
  expect(trial.isUnderWay).toBe(false);
  expect(trial.answers.map(({ host }) => host)).toEqual([web]);
});

test('what a trial came to says what failed, what was not tried, and that nobody answered', () => {
  expect(trialWords([])).toBe('');
  expect(trialWords([{ host: nas, problem: problem('ssh-timeout'), results: [] }])).toBe('No host could be asked');
  expect(trialWords([{ host: nas, problem: problem('x'), results: [result('waiting')] }])).toBe('1 check not tried');
  const mixed = [result('failed'), result('passed'), result('waiting')];
  expect(trialWords([{ host: nas, problem: problem('x'), results: mixed }])).toBe(
    '1 of 3 checks failed on 1 host, 1 not tried',
  );
  expect(trialWords([{ host: nas, problem: null, results: mixed.slice(0, 2) }])).toBe('1 of 2 checks failed on 1 host');
});
