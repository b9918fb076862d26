import { ResetIdempotencyKeyResponse } from '@trigger.dev/core/v3'
import { z } from 'zod'

import { endpoint, type Route } from './endpoint.ts'
import type { Engine } from './engine.ts'
import { touch } from './replica.ts'
import { ServiceError } from './service-error.ts'

/** Creates the endpoint that resets idempotency keys. */
export function createKeysApi(engine: Engine): Route[] {
  return [
    endpoint({
      method: 'POST',
      pattern: '/api/v1/idempotencyKeys/{key}/reset',
      auth: 'secret',
      body: z.object({ taskIdentifier: z.string().min(1) }),
      response: ResetIdempotencyKeyResponse,
      handle({ params, body: { taskIdentifier } }) {
        const key = params['key']!
        const runs = engine.runs
          .all()
          .filter((run) => run.idempotencyKey === key && run.taskIdentifier === taskIdentifier)
        if (runs.length === 0) {
          throw new ServiceError(`No runs found with idempotency key: ${key} and task: ${taskIdentifier}`, 404)
        }
        for (const run of runs) {
          run.idempotencyKey = undefined
          run.idempotencyKeyExpiresAt = undefined
          touch(engine, run)
        }
        return { value: { id: key } }
      },
    }),
  ]
}
