import {
  BatchItemNDJSON,
  CreateBatchRequestBody,
  CreateBatchResponse,
  RetrieveBatchV2Response,
  StreamBatchItemsResponse,
} from '@trigger.dev/core/v3'
import { z } from 'zod'

import { blockRun } from './block-run.ts'
import type { Batches } from './batches.ts'
import { endpoint, type Route } from './endpoint.ts'
import type { Engine } from './engine.ts'
import { jsonReply } from './http-messages.ts'
import { isFinal } from './is-final.ts'
import { ServiceError } from './service-error.ts'
import { type TriggerContext, triggerRun } from './trigger-run.ts'

// The items are lines of JSON, so the body is validated as a string.
const lines = { safeParse: (value: unknown) => z.string().safeParse(value) }

/** Creates the endpoints of the two steps of a batch trigger, and of batch reads. */
export function createBatchesApi(engine: Engine, batches: Batches, lagMs: number): Route[] {
  return [
    endpoint({
      method: 'POST',
      pattern: '/api/v3/batches',
      auth: 'secret',
      body: CreateBatchRequestBody,
      response: CreateBatchResponse,
      handle({ body }) {
        const { runCount, idempotencyKey, parentRunId, resumeParentOnCompletion = false } = body
        const known = idempotencyKey === undefined ? undefined : batches.byKey(idempotencyKey)
        const { id } = known ?? batches.create({ runCount, idempotencyKey, parentRunId, resumeParentOnCompletion })
        const parent = resumeParentOnCompletion ? engine.runs.find(parentRunId ?? '') : undefined
        const old = engine.waitpoints.ofBatch(id)
        const waitpoint = old ?? engine.waitpoints.add({ type: 'BATCH', createdAt: engine.now(), batchId: id })
        if (parent) blockRun(engine, parent, { waitpoint, batchId: id })
        const headers = { 'x-trigger-jwt-claims': JSON.stringify({ sub: engine.tenancy.environmentId, pub: true }) }
        return {
          status: known ? 200 : 202,
          value: { id, runCount, isCached: known !== undefined, idempotencyKey },
          headers,
        }
      },
    }),
    endpoint({
      method: 'POST',
      pattern: '/api/v3/batches/{batch}/items',
      auth: 'secret',
      text: true,
      body: lines,
      response: StreamBatchItemsResponse,
      handle({ params, body }) {
        const batch = batches.find(params['batch']!)
        if (!batch) throw new ServiceError('Batch not found', 404)
        const starts: (() => void)[] = []
        let doubles = 0
        for (const line of body.split('\n').filter((text) => text.trim() !== '')) {
          const item = BatchItemNDJSON.safeParse(JSON.parse(line))
          if (!item.success) throw new ServiceError(`Invalid item: ${item.error.message}`, 400)
          const { index, task, payload, options } = item.data
          if (batch.items.has(index)) doubles += 1
          else {
            const { parentRunId, resumeParentOnCompletion } = batch
            const context: TriggerContext = { batchId: batch.id, batchIndex: index }
            const all = { ...options, parentRunId, resumeParentOnCompletion }
            batch.items.add(index)
            starts.push(() => batch.runs.set(index, triggerRun(engine, task, { payload, options: all }, context).run))
          }
        }
        const at = new Date(engine.now().getTime() + lagMs)
        engine.timers.set(`batch:${batch.id}:${batch.items.size}`, at, () => starts.forEach((start) => start()))
        const itemsAccepted = batch.items.size - doubles
        batch.sealed = batch.items.size >= batch.runCount
        const missing = { enqueuedCount: batch.items.size, expectedCount: batch.runCount }
        const { id, sealed } = batch
        return { value: { id, itemsAccepted, itemsDeduplicated: doubles, sealed, ...(!sealed && missing) } }
      },
    }),
    endpoint({
      method: 'GET',
      pattern: '/api/v2/batches/{batch}',
      auth: 'secret',
      response: RetrieveBatchV2Response,
      handle({ params }) {
        const batch = batches.find(params['batch']!)
        if (!batch) return jsonReply(404, { error: 'Not found' }, { 'x-should-retry': 'true' })
        const runs = [...batch.runs.values()]
        const done = batch.sealed && runs.length === batch.items.size && runs.every(isFinal)
        const { id, idempotencyKey, createdAt, runCount } = batch
        const status = done ? 'COMPLETED' : 'PENDING'
        const processing = { ...(batch.sealed && { completedAt: createdAt }), errors: [] }
        const ids = runs.map(({ friendlyId }) => friendlyId)
        return {
          value: { id, status, idempotencyKey, createdAt, updatedAt: createdAt, runCount, runs: ids, processing },
        }
      },
    }),
  ]
}
