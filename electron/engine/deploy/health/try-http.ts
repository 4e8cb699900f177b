import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { HealthCheck } from '../../../../shared/contract/health.ts';
import type { Tried } from './tried.ts';

/** As much of an answer is looked through for a text. */
const mostBytes = 1024 * 1024;

/** Asks for an address once, without following where it points to. */
export function tryHttp(
  { url, status: wanted, contains, isInsecure }: Extract<HealthCheck, { kind: 'http' }>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Tried> {
  return new Promise((resolve) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const fail = (error: Error): void => {
      const isLate = error.name === 'AbortError' || limit.aborted;
      resolve({ isGood: false, detail: isLate ? `no answer within ${timeoutMs / 1000} s` : error.message });
    };
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    const asked = request(
      url,
      { signal: limit, rejectUnauthorized: !isInsecure, agent: false, headers: { connection: 'close' } },
      (answer) => {
        const code = answer.statusCode ?? 0;
        const detail = `HTTP ${code}`;
        if (wanted === null ? code >= 400 : code !== wanted) {
          answer.destroy();
          return resolve({ isGood: false, detail: wanted === null ? detail : `${detail}, not ${wanted}` });
        }
        if (contains === null) {
          answer.destroy();
          return resolve({ isGood: true, detail });
        }
        let text = '';
        const judge = (): void => {
          const isGood = text.includes(contains);
          answer.destroy();
          resolve({ isGood, detail: isGood ? detail : `${detail} without ‘${contains}’` });
        };
        answer.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
          if (text.length > mostBytes || text.includes(contains)) judge();
        });
        answer.on('end', judge);
        answer.on('error', fail);
      },
    );
    asked.on('error', fail);
    asked.end();
  });
}
