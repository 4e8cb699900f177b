import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { asProblem, isAbort } from '../../../../renderer/app/as-problem.ts';
import { ConnectionLostError } from '../../../../renderer/app/connection.ts';
import { aProblem } from '../invented.ts';

describe('errors of calls as problems that a person can read', () => {
  it('the engine’s own errors are shown as they are', () => {
    expect(asProblem(new ORPCError('PROBLEM', { data: aProblem }))).toBe(aProblem);
  });
  it('a lost connection says that jobs go on', () => {
    expect(asProblem(new ConnectionLostError('gone'))).toMatchObject({ code: 'connection-lost', canRetry: true });
  });
  it('anything else keeps its own words as evidence', () => {
    expect(asProblem(new Error('boom')).evidence).toBe('boom');
    expect(asProblem('boom').evidence).toBe('boom');
    expect(asProblem(new ORPCError('BAD_REQUEST', { data: { issues: [] }, message: 'odd input' })).evidence).toBe(
      'odd input',
    );
  });
  it('what the page broke off itself is no error', () => {
    expect(isAbort(new DOMException('x', 'AbortError'))).toBe(true);
    expect(isAbort(new Error('x'))).toBe(false);
  });
});
