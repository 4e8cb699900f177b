import { ProblemError } from '../engine/errors.ts';

/** The page was not built, or not installed. */
export function pageMissing(folder: string): ProblemError {
  return new ProblemError({
    code: 'page-missing',
    title: 'The page that Nixstead shows is missing',
    evidence: `${folder}: no index.html`,
    advice: [
      'In a copy of the sources, `npm start` builds it.',
      'An installed Nixstead without it is incomplete: install it again.',
    ],
  });
}

/** The browser door could not listen. */
export function listenFailed(cause: unknown, port: number | undefined): ProblemError {
  const evidence = cause instanceof Error ? cause.message : String(cause);
  const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
  return new ProblemError(
    isTaken
      ? {
          code: 'port-taken',
          title: `Port ${port} is in use by another program`,
          evidence,
          advice: ['Choose another one with --port, or leave it out for any free one.'],
        }
      : {
          code: 'listen-failed',
          title: 'Nixstead could not listen on 127.0.0.1',
          evidence,
          advice: ['Ports below 1024 need rights that Nixstead should not have: choose a higher one, or none.'],
        },
    { cause },
  );
}

/** An address that is not on the allow list was to be opened in the user's browser. */
export function addressRefused(address: string): ProblemError {
  return new ProblemError({
    code: 'address-refused',
    title: 'Nixstead does not open this address',
    evidence: address,
    advice: [
      'Only https addresses of the sites that Nixstead links to are opened. Copy it into your browser if you trust it.',
    ],
  });
}
