import { describe, expect, test } from 'vitest';
import { explain } from '../../../../electron/engine/nix/explain.ts';
import { readTranscript, replay, transcriptNames } from './transcripts.ts';

describe('recorded runs of real nix', () => {
  test('are there for both versions that word things differently', () => {
    const names = transcriptNames();
    expect(names.filter((name) => name.startsWith('2.26.3/')).length).toBeGreaterThanOrEqual(90);
    expect(names.filter((name) => name.startsWith('2.34.8/')).length).toBeGreaterThanOrEqual(30);
  });

  test.for(transcriptNames())('%s gives the numbers and the failures that its log tells', (name) => {
    const transcript = readTranscript(name);
    const { progress } = replay(transcript);
    const { builds, copies, bytes, failures, warnings } = transcript.expected;
    expect(progress.builds).toEqual({ ...builds, running: 0 });
    expect(progress.copies).toEqual({ ...copies, running: 0 });
    expect(progress.bytes).toMatchObject(bytes);
    expect(progress.failures).toEqual(failures);
    if (warnings !== undefined) {
      expect(progress.lines.filter((line) => line.kind === 'warning').map((line) => line.text)).toEqual(warnings);
    }
    const failed = progress.nodes.filter((node) => node.state === 'failed' && node.kind === 'build');
    expect(failed.map((node) => node.drv)).toEqual(failures.map((failure) => failure.drv));
  });

  const failing = transcriptNames().filter((name) => readTranscript(name).expected.problem !== null);

  test.for(failing)('%s is explained by its cause', (name) => {
    const transcript = readTranscript(name);
    const problem = explain(replay(transcript));
    if (transcript.expected.problem === null) throw new Error('nothing is expected');
    const { advice, ...wanted } = transcript.expected.problem;
    expect(problem).toMatchObject(wanted);
    expect(problem.place).toEqual(wanted.place);
    expect(problem.canRetry ?? false).toBe(wanted.canRetry ?? false);
    for (const part of advice) expect(problem.advice.join('\n')).toContain(part);
    expect(JSON.stringify(problem)).not.toContain('\\u001b');
    // The proving line can be found in the log as it stands there, but for colours and indentation.
    const lines = problem.code === 'ssh-host-key-changed' ? [] : problem.evidence.split('\n');
    const log = bare(transcript.log);
    for (const line of lines) expect(log).toContain(bare(line));
  });
});

/** Without what JSON and terminals add to a text. */
function bare(text: string): string {
  return text.replace(/\u001b\[[0-9;]*[mK]|\\u001b\[[0-9;]*m/g, '').replace(/\\"/g, '"');
}
