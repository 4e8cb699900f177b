import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { captureProgram, type Captured, type CaptureRequest } from '../../../../electron/engine/nix/capture.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nixstead-capture-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a Node program; its stderr is collected. */
async function capture(source: string, more: Partial<CaptureRequest> = {}): Promise<Captured & { stderr: string }> {
  let stderr = '';
  const captured = await captureProgram({
    argv: [process.execPath, '-e', source],
    env: process.env,
    onStderr: (text) => (stderr += text),
    ...more,
  });
  return { ...captured, stderr };
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

describe('a program that is run for its output', () => {
  test('gives its output, its words and how it ended', async () => {
    const result = await capture(`console.log('out'); console.error('grün'); process.exit(3)`);
    expect(result).toEqual({ stdout: 'out\n', stderr: 'grün\n', exit: { code: 3, signal: null } });
  });

  test('has no terminal on which it could ask', async () => {
    const { stdout } = await capture(
      `try { require('fs').openSync('/dev/tty'); console.log('asks') } catch { console.log('cannot ask') }`,
    );
    expect(stdout).toBe('cannot ask\n');
  });

  test('is interrupted when its time is over, and can clean up', async () => {
    const result = await capture(
      `process.on('SIGINT', () => { console.log('cleaned up'); process.exit(130) }); setInterval(() => {}, 1000)`,
      { timeLimitMs: 400 },
    );
    expect(result).toMatchObject({ endedBy: 'time-limit', stdout: 'cleaned up\n' });
  });

  test('is ended with all that it started when the caller breaks off, also where it does not listen', async () => {
    const ended = new AbortController();
    const source = `
      const child = require('child_process').spawn(process.execPath, ['-e', 'process.on("SIGINT", () => {}); setInterval(() => {}, 1000); console.log("up")'], { stdio: ['ignore', 'pipe', 'ignore'] });
      process.on('SIGINT', () => {});
      child.stdout.on('data', () => console.error(child.pid));
      setInterval(() => {}, 1000)`;
    let pid = 0;
    const captured = await captureProgram({
      argv: [process.execPath, '-e', source],
      env: process.env,
      signal: ended.signal,
      onStderr: (text) => {
        pid = Number(text);
        ended.abort();
      },
    });
    expect(captured.endedBy).toBe('person');
    expect(captured.exit.signal).not.toBeNull();
    expect(pid).toBeGreaterThan(1);
    expect(isAlive(pid)).toBe(false);
  });

  test('is ended when it prints more than can be taken in', async () => {
    const result = await capture(`setInterval(() => process.stdout.write('x'.repeat(100000)), 1)`, {
      outputLimitBytes: 1_000_000,
    });
    expect(result).toMatchObject({ endedBy: 'output-limit', stdout: '' });
  });

  test('is an error where it cannot be started', async () => {
    await expect(capture('', { argv: [join(folder, 'nothing')] })).rejects.toThrow('ENOENT');
  });
});
