import { TriggerTaskRequestBody, TriggerTaskResponse } from '@trigger.dev/core/v3'

import { endpoint, type EndpointRequest, type Route } from './endpoint.ts'
import type { Engine } from './engine.ts'
import { jsonReply } from './http-messages.ts'
import type { Run } from './run.ts'
import { ServiceError } from './service-error.ts'
import { triggerRun } from './trigger-run.ts'

const maxBytes = 3 * 1024 * 1024
const storedBytes = 512 * 1024 // a larger payload would go to an object store

/** Creates the endpoint that triggers a single run. */
export function createTriggerApi(engine: Engine): Route[] {
  const toResult = (run: Run, isCached: boolean) => {
    const claims = {
      sub: engine.tenancy.environmentId,
      pub: true,
      scopes: [`read:runs:${run.friendlyId}`, `write:inputStreams:${run.friendlyId}`],
    }
    return {
      value: { id: run.friendlyId, isCached },
      headers: { 'x-trigger-jwt-claims': JSON.stringify(claims), 'x-trigger-jwt': `jwt.${run.friendlyId}` },
    }
  }
  const checkSize = ({ payload }: TriggerTaskRequestBody): void => {
    const text = typeof payload === 'string' ? payload : (JSON.stringify(payload) ?? '')
    if (Buffer.byteLength(text) > storedBytes)
      throw new ServiceError('Failed to upload large payload to object store', 500)
  }

  return [
    endpoint({
      method: 'POST',
      pattern: '/api/v1/tasks/{task}/trigger',
      auth: 'secret',
      body: TriggerTaskRequestBody,
      response: TriggerTaskResponse,
      handle({ params, headers, body }) {
        if (Number(headers['content-length']) > maxBytes) return jsonReply(413, { error: 'Request body too large' })
        const task = params['task']!
        // The key that a client sends with each retry (`x-trigger-request-idempotency-key`) has no effect:
        // the server hashes it first and then does not find it.
        checkSize(body)
        const { run, isCached } = triggerRun(engine, task, withHeaderKey(body, headers), contextOf(headers))
        return toResult(run, isCached)
      },
    }),
  ]
}

function contextOf(headers: EndpointRequest<unknown>['headers']): {
  traceContext: Record<string, unknown>
  source: string
} {
  const { traceparent, tracestate } = headers
  const isFromWorker = headers['x-trigger-worker'] !== undefined
  return {
    traceContext: isFromWorker ? { traceparent, tracestate } : { external: { traceparent, tracestate } },
    source: isFromWorker ? 'sdk' : (headers['x-trigger-source'] ?? 'api'),
  }
}

/** Reads the idempotency key, which may also be a header. */
function withHeaderKey(
  { payload, options }: TriggerTaskRequestBody,
  headers: EndpointRequest<unknown>['headers'],
): TriggerTaskRequestBody {
  const key = headers['idempotency-key'] ?? options?.idempotencyKey
  const ttl = headers['idempotency-key-ttl'] ?? options?.idempotencyKeyTTL
  return {
    payload,
    options: { ...options, ...(key && { idempotencyKey: key }), ...(ttl && { idempotencyKeyTTL: ttl }) },
  }
}
