import { appendFileSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { hostName } from '../../../shared/contract/ids.ts';
import { ProblemError } from '../../../electron/engine/errors.ts';
import { JobFolder } from '../../../electron/engine/jobs/job-folder.ts';
import { LogWriter } from '../../../electron/engine/jobs/log-writer.ts';
import { DEFAULT_GRACE } from '../../../electron/engine/jobs/process-tree.ts';
import { RunnerContext } from '../../../electron/engine/jobs/runner-context.ts';
import { buildInJob } from '../../../electron/engine/nix/build.ts';
import { copyInJob } from '../../../electron/engine/nix/copy.ts';
import { evalJson } from '../../../electron/engine/nix/eval.ts';
import { readFlakeMetadata } from '../../../electron/engine/nix/flake-metadata.ts';
import { parseFreeSpace } from '../../../electron/engine/nix/free-space.ts';
import { readPathInfo } from '../../../electron/engine/nix/path-info.ts';
import type { ProgressView } from '../../../electron/engine/nix/progress-view.ts';
import { prepareSshFiles } from '../../../electron/engine/ssh/config.ts';
import { request, type Answer } from './requests.ts';

/** Does one request (the first argument, JSON) in the lab's controller, with a real job's context; prints the answer. */
const host = hostName.parse('alpha');
const asked = request.parse(JSON.parse(process.argv[2] ?? ''));
const jobFolder = new JobFolder(mkdtempSync(join(tmpdir(), 'job-')));
mkdirSync(jobFolder.logs);
const log = new LogWriter(jobFolder, (error) => console.error(error));
const cancelled = new AbortController();
const commands: Answer['commands'] = [];
const context = new RunnerContext({
  folder: jobFolder,
  log,
  emit: (event) => {
    if (event.type === 'command' && event.exitCode === null) commands.push(event.command);
  },
  signal: cancelled.signal,
  grace: DEFAULT_GRACE,
});
let updates = 0;

async function perform(asked: z.output<typeof request>): Promise<unknown> {
  switch (asked.do) {
    case 'evaluate': {
      const { ref, abortAfterFiles, ...rest } = asked;
      return evalJson({
        ...rest,
        source: { ref },
        schema: z.unknown(),
        signal: cancelled.signal,
        onUpdate: ({ view }) => {
          updates += 1;
          if (abortAfterFiles !== undefined && view.evaluatedFiles >= abortAfterFiles) cancelled.abort();
        },
      });
    }
    case 'metadata':
      return readFlakeMetadata(asked.ref);
    case 'path-info':
      return readPathInfo(asked.paths);
    case 'build': {
      const { outPath, progress } = await buildInJob(context, {
        host,
        subject: asked,
        outLink: join(jobFolder.path, 'systems', host),
        minIntervalMs: 10,
        onUpdate: ({ view }) => {
          updates += 1;
          if (asked.isCancelled && view.builds.running > 0) cancelled.abort();
        },
      });
      return { outPath, ...shown(progress), nodes: progress.nodes };
    }
    case 'copy': {
      const files = prepareSshFiles(join(jobFolder.path, 'ssh'));
      appendFileSync(files.knownHosts, asked.knownHosts.map((line) => `${line}\n`).join(''));
      const { df } = asked;
      let hasTold = false;
      const progress = await copyInJob(context, {
        host,
        paths: asked.paths,
        target: asked.target,
        sshOptions: ['-F', files.config, ...(asked.sshOptions ?? [])],
        shownTarget: `${asked.target.user}@alpha`,
        minIntervalMs: 10,
        ...(df === undefined ? {} : { askFreeSpace: () => Promise.resolve(parseFreeSpace(df)) }),
        onUpdate: ({ view }) => {
          updates += 1;
          if (asked.tellsWhenCopying && !hasTold && view.bytes.done > 5_000_000) {
            hasTold = true;
            console.log('copying');
          }
        },
      });
      return shown(progress);
    }
  }
}

function shown({ builds, copies, bytes }: ProgressView): object {
  return { builds, copies, bytes };
}

const startedAt = performance.now();
const result = await perform(asked).then(
  (value) => ({ value, problem: null, error: null }),
  (error: unknown) => {
    if (error instanceof ProblemError) return { value: null, problem: error.problem, error: null };
    if (error instanceof Error && ['AbortError', 'JobCancelled'].includes(error.name)) {
      return { value: null, problem: null, error: error.name };
    }
    throw error;
  },
);
await context.endAll();
log[Symbol.dispose]();
const logOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};
const seconds = (performance.now() - startedAt) / 1000;
const told: Answer = { ...result, log: logOf(jobFolder.log(host)), commands, seconds, updates };
console.log(JSON.stringify(told));
