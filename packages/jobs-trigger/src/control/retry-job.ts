import { RequestFailedError, UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import { resolveRequest, hashOf } from '@cgk-platform/jobs-core/hosted'
import { type Clock, elapsedOf, newestRuns, pause } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { eventPayloadOf, type EventRuns } from '../read/event-runs.ts'
import type { JobReader } from '../read/job-reader.ts'
import { unknownDefinition } from '../read/to-job-status.ts'
import { toRunRequest } from '../send/to-run-request.ts'
import { type Retry, toRetryPayload } from '../wire/payload.ts'
import { retriedByTag } from '../wire/tags.ts'
import { eventTaskId } from '../wire/task-id.ts'

/** The services that a retry needs. */
export interface RetryDependencies {
  readonly api: TriggerApi
  readonly clock: Clock
  readonly reader: JobReader
}

const pauseMs = 20
const visibilityTimeoutMs = 10_000
/** Maximum number of tags of a run, including tags that a handler adds. */
const maxTags = 10

/**
 * Triggers the job's event again: for the definitions whose newest run failed, or for all if the job is unhandled. Tags the job's previous event run with
 * the id of the new one. Concurrent retries use the same idempotency key, so they create one run.
 *
 * @param traceparent - the trace of the retry, which its runs get with the envelope
 * @throws {UnsupportedFeatureError} if the previous run has no free tag. @throws {RequestFailedError}
 */
export async function retryJob(
  id: string,
  { api, clock, reader }: RetryDependencies,
  traceparent?: string,
): Promise<void> {
  const eventRuns = await reader.eventRuns(id)
  const retry = eventRuns && toRetry(id, eventRuns, reader)
  if (!retry) return
  const { id: last, tags } = eventRuns.at(-1)!.run
  checkTags(last, tags)
  const [{ run: root }] = eventRuns
  const payload = eventPayloadOf(root)
  const { envelope, options } = payload
  const question = { provider: 'trigger.dev', operation: `retry the job ${id}` }
  const request = {
    ...toRunRequest(envelope, options, id),
    idempotencyKey: await hashOf(['retry', id, last, ...Object.values(retry.runs)]),
  }
  const json = toRetryPayload(root.payload, payload, retry, traceparent ?? null)
  const triggering = api.trigger(eventTaskId(envelope.event), json, request)
  const { id: retryRunId } = await resolveRequest({ ...question, isMutation: true }, triggering)
  await api.addTags(last, [retriedByTag(retryRunId)])
  const until = elapsedOf(clock) + visibilityTimeoutMs
  while (!(await reader.eventRuns(id))?.some(({ run }) => run.id === retryRunId)) {
    if (elapsedOf(clock) >= until) {
      const problem = `the run ${retryRunId} is not visible after ${visibilityTimeoutMs} ms`
      const remedy = 'Trigger.dev has accepted the retry. Read the status again later.'
      throw new RequestFailedError({ ...question, problem, remedy })
    }
    await pause(clock, pauseMs)
  }
}

/** Checks that a run has a free tag. Without the tag, the status of the job would not show the retry. */
function checkTags(runId: string, { length }: readonly string[]): void {
  if (length < maxTags) return
  throw new UnsupportedFeatureError({
    feature: `retryJob of a run with ${length} tags`,
    provider: 'trigger.dev',
    remedy:
      `The run ${runId} has the maximum number of tags, and a retry needs one more. Send the event again, ` +
      'and leave one tag free in handlers that add tags.',
  })
}

function toRetry(jobId: string, eventRuns: EventRuns, reader: JobReader): Retry | undefined {
  const { state: jobState, runs: all } = reader.toStatus(eventRuns)
  // Another retry has been triggered since. It has not started runs yet, so the failed runs are still the newest.
  if (jobState === 'unhandled') return { jobId, runs: {}, allBut: [] }
  if (jobState !== 'failed') return undefined
  const newest = newestRuns(all)
  const failed = newest.filter(({ state }) => state === 'failed')
  if (failed.length === 0) return undefined
  const known = failed.filter(({ definitionId }) => definitionId !== unknownDefinition)
  const runs = Object.fromEntries(known.map((run) => [run.definitionId, run.id]))
  if (known.length === failed.length) return { jobId, runs }
  // Skip the definitions whose newest run did not fail. All others that handle the event have no run yet.
  const skipped = newest.filter(({ state }) => state !== 'failed')
  return { jobId, runs, allBut: skipped.map(({ definitionId }) => definitionId) }
}
