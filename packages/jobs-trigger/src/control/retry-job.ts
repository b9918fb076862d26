import { RequestFailedError, UnsupportedFeatureError } from '@cgk-platform/jobs-core'
import { resolveRequest, type Clock, hashOf, newestRuns, pause } from '@cgk-platform/jobs-core/provider'

import type { TriggerApi } from '../api/trigger-api.ts'
import { askedOf, type JobLinks } from '../read/job-facts.ts'
import type { JobReader } from '../read/job-reader.ts'
import { unknownDefinition } from '../read/to-job-status.ts'
import { toRunRequest } from '../send/to-run-request.ts'
import { type Retry, toCarried } from '../wire/payload.ts'
import { retriedByTag } from '../wire/tags.ts'
import { eventTaskId } from '../wire/task-id.ts'

/** What running again stands on. */
export interface RetryParts {
  readonly api: TriggerApi
  readonly clock: Clock
  readonly reader: JobReader
}

const pauseMs = 20
const visibleWithinMs = 10_000
/** As many tags as a run can have; what a handler adds counts. */
const mostTags = 10

/**
 * Triggers the job's event once more, for the definitions whose newest run failed, and leaves word of it at the job's
 * newest run of before. Those who ask at the same moment see the same runs, and their key makes one of it; who sees the
 * other's run makes none.
 *
 * @throws {UnsupportedFeatureError} where that run can take no more word. @throws {RequestFailedError}
 */
export async function retryJob(id: string, { api, clock, reader }: RetryParts): Promise<void> {
  const links = await reader.links(id)
  const retry = links && toRetry(id, links, reader)
  if (!retry) return
  const { id: last, tags } = links.at(-1)!.run
  checkTags(last, tags)
  const { envelope } = askedOf(links[0].run)
  const question = { provider: 'trigger.dev', operation: `retry the job ${id}` }
  const request = {
    ...toRunRequest(envelope, id),
    idempotencyKey: await hashOf(['retry', id, last, ...Object.values(retry.runs)]),
  }
  const triggering = api.trigger(eventTaskId(envelope.event), toCarried({ envelope, retry }), request)
  const { id: made } = await resolveRequest({ ...question, isMutation: true }, triggering)
  await api.addTags(last, [retriedByTag(made)])
  const until = clock.now() + visibleWithinMs
  while (!(await reader.links(id))?.some(({ run }) => run.id === made)) {
    if (clock.now() >= until) {
      const problem = `the run ${made} does not become visible`
      const remedy = 'It was accepted: read the status again after a while.'
      throw new RequestFailedError({ ...question, problem, remedy })
    }
    await pause(clock, pauseMs)
  }
}

/** A retry that its job does not lead to would run unseen. */
function checkTags(runId: string, { length }: readonly string[]): void {
  if (length < mostTags) return
  throw new UnsupportedFeatureError({
    feature: `retryJob of a run with ${length} tags`,
    provider: 'trigger.dev',
    remedy:
      `The run ${runId} has as many as it can have, and a retry is found by one more: send the event again, ` +
      'and leave one free where a handler adds tags.',
  })
}

function toRetry(jobId: string, links: JobLinks, reader: JobReader): Retry | undefined {
  const { state: jobState, runs: all } = reader.toStatus(links)
  // Retried since it was read as failed: by a run that has made none for the definitions yet, so that theirs are the newest.
  if (jobState !== 'failed') return undefined
  const newest = newestRuns(all)
  const failed = newest.filter(({ state }) => state === 'failed')
  if (failed.length === 0) return undefined
  const known = failed.filter(({ definitionId }) => definitionId !== unknownDefinition)
  const runs = Object.fromEntries(known.map((run) => [run.definitionId, run.id]))
  if (known.length === failed.length) return { jobId, runs }
  // What did not fail is left alone; whatever else handles the event has no run yet.
  const done = newest.filter(({ state }) => state !== 'failed')
  return { jobId, runs, allBut: done.map(({ definitionId }) => definitionId) }
}
