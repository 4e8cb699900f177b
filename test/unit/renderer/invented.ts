import type { Host, HostStatus } from '../../../shared/contract/host.ts';
import { fleetId, hostName, jobId, type HostName, type JobId } from '../../../shared/contract/ids.ts';
import type { BuildNode, JobDetail, JobSummary, Stage, Step } from '../../../shared/contract/job.ts';
import { emptyJobDetail } from '../../../shared/jobs/view.ts';

// The least that a test has to say; everything else is as usual.

export const named = (name: string): HostName => hostName.parse(name);
export const JOB: JobId = jobId.parse('20261121-031500-a1b2c3');
export const FLEET = fleetId.parse('0123456789abcdef');

export function aHost(name: string, more: Partial<Host> = {}): Host {
  return {
    name: named(name),
    system: 'x86_64-linux',
    tags: [],
    target: { host: '10.0.0.1', user: 'root', port: null },
    sources: ['nixosConfigurations'],
    buildOnTarget: false,
    allowLocalDeployment: false,
    privilegeCommand: ['sudo', '-H', '--'],
    sshOptions: [],
    keys: [],
    replaceUnknownProfiles: true,
    deployRs: null,
    problem: null,
    ...more,
  };
}

export function aStatus(name: string, more: Partial<HostStatus> = {}): HostStatus {
  return {
    name: named(name),
    reachability: 'online',
    checkedAt: 0,
    currentSystem: '/nix/store/a-system',
    bootedSystem: '/nix/store/a-system',
    profileSystem: '/nix/store/a-system',
    wantedSystem: null,
    generation: 1,
    nixosVersion: null,
    failedUnits: [],
    lastDeploy: null,
    problem: null,
    ...more,
  };
}

export function aStep(host: string, stage: Stage, state: Step['state'], more: Partial<Step> = {}): Step {
  return {
    host: named(host),
    stage,
    state,
    done: 0,
    total: 0,
    unit: 'steps',
    bytesPerSecond: null,
    note: '',
    startedAt: null,
    endedAt: null,
    ...more,
  };
}

export function aSummary(hosts: readonly string[], more: Partial<JobSummary> = {}): JobSummary {
  return {
    id: JOB,
    kind: 'deploy',
    title: `Deploy ${hosts.join(', ')}`,
    fleetId: FLEET,
    hosts: hosts.map(named),
    state: 'running',
    queuedAt: 1000,
    startedAt: 1000,
    endedAt: null,
    waitingFor: null,
    stepsDone: 0,
    stepsTotal: 0,
    estimatedMsLeft: null,
    pendingPrompt: null,
    ...more,
  };
}

export function aDetail(summary: JobSummary, more: Partial<JobDetail> = {}): JobDetail {
  return { ...emptyJobDetail(summary, {}), ...more };
}

export function aBuild(name: string, state: BuildNode['state'], inputs: string[] = []): BuildNode {
  return {
    drv: `/nix/store/${name}.drv`,
    name,
    state,
    kind: 'build',
    phase: null,
    machine: null,
    startedAt: null,
    endedAt: null,
    inputs: inputs.map((input) => `/nix/store/${input}.drv`),
  };
}

export const aProblem = { code: 'x', title: 'It broke', evidence: 'error: no', advice: ['Mend it.'] };
