import { type JobProvider, isEnded } from '@cgk-platform/jobs-core'
import { JobCancelledError } from '@cgk-platform/jobs-core/errors'
import {
  bindLogger,
  describeUnhandled,
  type EnvelopeResult,
  type Envelope,
  type JobHost,
  jobStatusOf,
  maxAttemptsOf,
  newestRuns,
  findUnsupportedOptions,
} from '@cgk-platform/jobs-core/provider'

import { fastqCapabilities } from './fastq-capabilities.ts'
import { type Run, RunQueues } from './run-queues.ts'

/** A job: an event, with a run for each definition that handles it. */
interface Job {
  readonly envelope: Envelope
  readonly runs: Run[]
}

/** Settings of the engine. */
export interface FastqConfig {
  /** Concurrent attempts of a definition without its own limit. Default 10. */
  workers?: number | undefined
}

/** Creates a provider that runs jobs in this process, with queues of fastq in memory. */
export function createFastqProvider({ workers = 10 }: FastqConfig = {}): JobProvider {
  const jobs = new Map<string, Job>()
  const keys = new Map<string, { readonly id: string; readonly until: number }>()
  let host: JobHost
  let queues: RunQueues

  /** Returns the id of the job that already has the idempotency key. Otherwise stores the key for this job. */
  function findDuplicate({ id, tenantId, event, idempotencyKey, idempotencyTtlMs = 0 }: Envelope): string | undefined {
    if (idempotencyKey === undefined) return undefined
    const key = JSON.stringify([tenantId, event, idempotencyKey])
    const first = keys.get(key)
    if (first && first.until > Date.now()) return first.id
    keys.set(key, { id, until: Date.now() + idempotencyTtlMs })
    return undefined
  }

  /** Adds a run for each definition that handles the event. A job without any is unhandled, unless it is retried later. */
  function addRuns(job: Job, at: number): void {
    const { event } = job.envelope
    const handling = host.jobs.subscribers(event)
    if (handling.length === 0) bindLogger(host.logger, {}).warn(describeUnhandled(event, host.jobs))
    for (const { id } of handling) addRun(job, id, at)
  }

  function addRun({ envelope, runs }: Job, definitionId: string, at: number, retryOf?: string): void {
    const run: Run = {
      envelope,
      ...(retryOf !== undefined && { retriedAt: at }),
      status: {
        id: `${envelope.id}-${runs.length + 1}`,
        definitionId,
        state: at > Date.now() ? 'scheduled' : 'queued',
        attempts: 0,
        maxAttempts: maxAttemptsOf(envelope, host.jobs.get(definitionId), host.limits),
        ...(retryOf !== undefined && { retryOf }),
      },
    }
    runs.push(run)
    queues.add(run, at)
  }

  return {
    specificationVersion: 'v1',
    name: 'fastq',
    capabilities: fastqCapabilities,
    findUnsupported: (definition) =>
      findUnsupportedOptions(definition, { provider: 'fastq', allowed: { workers: true }, refused: {} }),

    attach(given) {
      host = given
      queues = new RunQueues(given, workers)
    },

    async send(envelopes) {
      return envelopes.map((envelope): EnvelopeResult => {
        const first = findDuplicate(envelope)
        if (first !== undefined) return { ok: true, id: first, deduplicated: true }
        const job: Job = { envelope, runs: [] }
        jobs.set(envelope.id, job)
        addRuns(job, envelope.runAt ?? 0)
        return { ok: true, id: envelope.id, deduplicated: false }
      })
    },

    async status(id) {
      const job = jobs.get(id)
      if (!job) return undefined
      const runs = job.runs.map(({ status }) => structuredClone(status))
      return jobStatusOf(job.envelope, runs)
    },

    async cancel(id) {
      for (const run of jobs.get(id)?.runs ?? []) {
        if (isEnded(run.status.state)) continue
        queues.settle(run, { type: 'cancelled' })
        run.stop?.abort(new JobCancelledError({ jobId: id }))
      }
    },

    async retry(id) {
      const job = jobs.get(id)
      if (job?.runs.length === 0) return addRuns(job, Date.now())
      const failed = newestRuns(job?.runs.map(({ status }) => status) ?? []).filter(({ state }) => state === 'failed')
      for (const run of failed) addRun(job!, run.definitionId, Date.now(), run.id)
    },

    async health() {
      const check = {
        name: 'queues',
        ok: !queues.isClosed,
        message: queues.isClosed ? 'The queues are closed.' : 'The queues accept jobs.',
      }
      return { ok: check.ok, provider: 'fastq', checks: [check] }
    },

    close: ({ timeoutMs }) => queues.close(timeoutMs),
  }
}
