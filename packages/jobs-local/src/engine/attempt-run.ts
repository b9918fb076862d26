import {
  bindLogger,
  type Clock,
  cronEventOf,
  type Definition,
  DefinitionNotFoundError,
  dispatchTick,
  type EngineLimits,
  type JobHost,
  type Outcome,
  runAttempt,
  tenantsOf,
  type TickHost,
  toErrorInfo,
} from '@cgk-platform/jobs-core'

import type { StoredRun } from '../store/job-store.ts'

/** What an attempt is made with. */
export interface AttemptParts {
  readonly clock: Clock
  readonly host: JobHost
  readonly limits: EngineLimits
  readonly random: () => number
  readonly signal: AbortSignal
  /** Told of a handler that runs on though its attempt was stopped. */
  readonly leftRunning: (handler: Promise<unknown>) => void
  /** For a cron job that is fanned out over tenants. */
  readonly tickHost: () => TickHost
}

/** Makes the attempt that a run has begun, by the definition as it is now. */
export async function attemptRun(run: StoredRun, parts: AttemptParts): Promise<Outcome> {
  const { clock, host, limits, random, signal, tickHost, leftRunning } = parts
  const { envelope } = run.job
  const definition = host.jobs.get(run.definitionId)
  // One of this id for another event is not the one that the run waited for.
  if (!definition || eventOf(definition) !== envelope.event) {
    const error = toErrorInfo(new DefinitionNotFoundError({ definitionId: run.definitionId }))
    const logger = bindLogger(host.logger, { jobId: envelope.id, runId: run.id })
    logger.error('A run failed: its definition is gone.', { error })
    return { type: 'failed', error }
  }
  const { client, hooks, logger } = host
  return runAttempt(definition, envelope, {
    jobId: envelope.id,
    runId: run.id,
    attempt: run.attempts,
    signal,
    clock,
    logger,
    hooks,
    client,
    random,
    limits,
    leftRunning,
    fanOut: async (cron, tick) => dispatchTick(cron, tick, await tenantsOf(cron), tickHost()),
  })
}

function eventOf(definition: Definition): string {
  return definition.kind === 'job' ? definition.event : cronEventOf(definition.id)
}
