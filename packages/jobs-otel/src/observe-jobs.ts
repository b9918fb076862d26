import type { JobClient, JobState } from '@cgk-platform/jobs-core'
import { metrics, type ObservableResult } from '@opentelemetry/api'

import { names, systemName } from './attributes.ts'
import { meterOf } from './telemetry.ts'

/** The states of jobs that have not ended. */
const states: readonly JobState[] = ['scheduled', 'queued', 'running', 'retrying']
/** The maximum number that is counted of each state, which is the largest page of `listJobs`. */
const limit = 1000

/**
 * Reports the number of unfinished jobs by state as the up-down counter `cgk.jobs.job.count`, at most 1,000 for each. Every collection
 * calls `listJobs` once for each state, so do it in one process. Call it after the SDK has started. Returns a function
 * that stops it.
 */
export function observeJobs(client: JobClient): () => void {
  const counter = meterOf(metrics).createObservableUpDownCounter('cgk.jobs.job.count', {
    unit: '{job}',
    description: 'Jobs by state, at most 1,000 of each.',
  })
  let provider: string | undefined
  const observe = async (result: ObservableResult): Promise<void> => {
    provider ??= (await client.healthCheck()).provider
    const counts = await Promise.all(states.map(async (state) => (await client.listJobs({ state, limit })).jobs.length))
    for (const [index, state] of states.entries()) {
      result.observe(counts[index]!, { [names.system]: systemName, [names.engine]: provider, [names.state]: state })
    }
  }
  counter.addCallback(observe)
  return () => counter.removeCallback(observe)
}
