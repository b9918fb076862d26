import {
  AddTagsRequestBody,
  CanceledRunResponse,
  parsePacket,
  ReplayRunResponse,
  RescheduleRunRequestBody,
  RetrieveRunResponse,
  UpdateMetadataRequestBody,
  UpdateMetadataResponseBody,
} from '@trigger.dev/core/v3'

import { cancelRun } from './cancel-run.ts'
import { parseDelay } from './durations.ts'
import { endpoint, type Route } from './endpoint.ts'
import type { Engine } from './engine.ts'
import { enqueueWhenDue } from './enqueue-run.ts'
import { updateMetadata } from './metadata.ts'
import { touch } from './replica.ts'
import type { Run } from './run.ts'
import { retrieveView } from './run-view.ts'
import { ServiceError } from './service-error.ts'
import { addSnapshot } from './snapshots.ts'
import { triggerRun } from './trigger-run.ts'

const maxTags = 10

/** Creates the endpoints that change a single run. */
export function createRunChangesApi(engine: Engine): Route[] {
  const runOf = (params: Readonly<Record<string, string>>, missing = 'Run not found'): Run => {
    const run = engine.runs.find(params['run'] ?? '')
    if (!run) throw new ServiceError(missing, 404)
    return run
  }
  return [
    endpoint({
      method: 'POST',
      pattern: '/api/v2/runs/{run}/cancel',
      auth: 'secret',
      response: CanceledRunResponse,
      handle({ params }) {
        const run = runOf(params, 'Resource not found')
        cancelRun(engine, run)
        return { value: { id: run.friendlyId } }
      },
    }),
    endpoint({
      method: 'POST',
      pattern: '/api/v1/runs/{run}/tags',
      auth: 'secret',
      body: AddTagsRequestBody,
      invalidBody: ({ issues }) => ({ error: 'Invalid request body', issues }),
      handle({ params, body }) {
        const run = runOf(params)
        const fresh = [body.tags].flat().filter((tag) => tag.trim() !== '' && !run.tags.includes(tag))
        const count = run.tags.length + fresh.length
        if (fresh.length > 0 && count > maxTags) {
          const names = fresh.map((tag) => `'${tag}'`).join(', ')
          throw new ServiceError(
            `Runs can only have ${maxTags} tags, you're trying to set ${count}. These tags have not been set: ${names}.`,
          )
        }
        if (fresh.length === 0) return { value: { message: 'No new tags to add' } }
        run.tags.push(...fresh)
        touch(engine, run)
        return { value: { message: `Successfully set ${fresh.length} new tags.` } }
      },
    }),
    endpoint({
      method: 'GET',
      pattern: '/api/v1/runs/{run}/metadata',
      auth: 'secret',
      handle({ params }) {
        const { data = null, dataType } = runOf(params).metadata
        return { value: { metadata: data, metadataType: dataType } }
      },
    }),
    endpoint({
      method: 'PUT',
      pattern: '/api/v1/runs/{run}/metadata',
      auth: 'secret',
      body: UpdateMetadataRequestBody,
      response: UpdateMetadataResponseBody,
      async handle({ params, body }) {
        return { value: { metadata: await updateMetadata(engine, runOf(params, 'Task Run not found'), body) } }
      },
    }),
    endpoint({
      method: 'POST',
      pattern: '/api/v1/runs/{run}/replay',
      auth: 'secret',
      response: ReplayRunResponse,
      async handle({ params }) {
        const replayed = await replay(engine, runOf(params, 'Resource not found'))
        return { value: { id: replayed.friendlyId } }
      },
    }),
    endpoint({
      method: 'POST',
      pattern: '/api/v1/runs/{run}/reschedule',
      auth: 'secret',
      body: RescheduleRunRequestBody,
      invalidBody: () => ({ error: 'Invalid request body' }),
      response: RetrieveRunResponse,
      async handle({ params, body }) {
        const delayUntil = parseDelay(engine, body.delay)
        if (!delayUntil) throw new ServiceError(`Invalid delay: ${String(body.delay)}`, 400)
        const run = runOf(params)
        if (run.status !== 'DELAYED') throw new ServiceError('Cannot reschedule a run that is not delayed', 400)
        run.delayUntil = delayUntil
        run.queueTimestamp = delayUntil
        addSnapshot(engine, run, 'DELAYED', 'Delayed run was rescheduled to a future date')
        enqueueWhenDue(engine, run)
        return { value: await retrieveView(engine, run) }
      },
    }),
  ]
}

/** Replays a run with its original trigger request. Only the server's record links the two runs. */
async function replay(engine: Engine, run: Run): Promise<Run> {
  const { payload, seedMetadata } = run
  const isJson = payload.dataType === 'application/json'
  const options = {
    payloadType: payload.dataType,
    queue: { name: run.queue },
    test: run.isTest,
    tags: run.tags,
    metadata: seedMetadata.data === undefined ? undefined : await parsePacket(seedMetadata),
    concurrencyKey: run.concurrencyKey,
  }
  const body = { payload: isJson ? await parsePacket(payload) : payload.data, options }
  return triggerRun(engine, run.taskIdentifier, body, { action: 'replay', replayedFrom: run.friendlyId }).run
}
