import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { Op } from './app-response.ts'
import { type HttpReply, jsonReply } from './http-messages.ts'
import type { OpHandlers } from './op-handlers.ts'
import type { Queue } from './queue.ts'
import type { Route, RouteRequest } from './routes.ts'
import { isEnded } from './run.ts'
import type { RunStore } from './run-store.ts'
import { addStepSpan } from './spans.ts'

interface CheckpointBody {
  readonly run_id: string
  readonly qi_id?: string
  readonly steps: readonly Op[]
}

/** Creates the routes by which an app reports steps while it continues (pkg/api/apiv1/checkpoint.go). */
export function createCheckpointApi(options: {
  readonly clock: Clock
  readonly runs: RunStore
  readonly queue: Queue
  readonly ops: OpHandlers
}): Route[] {
  const { clock, runs, queue, ops } = options

  const handle = ({ body }: RouteRequest): HttpReply => {
    const { run_id: runId, qi_id: itemId = '', steps } = JSON.parse(body) as CheckpointBody
    const refuse = (error: string): HttpReply => jsonReply(400, { error, data: { run_id: runId }, status: 400 })
    const run = runs.find(runId)
    if (!run || isEnded(run.status)) return refuse('run not found in state store')
    for (const op of steps) {
      if (op.op === 'StepPlanned') continue // only announces a step for the trace
      if (op.op !== 'StepRun' && op.op !== 'Step') return refuse(`cannot checkpoint opcode: ${op.op}`)
      const value = { data: op.data ?? null }
      if (ops.saveStep(run, op.id, value)) addStepSpan(run, op, clock.now(), value)
    }
    const item = queue.find(itemId)
    if (item) item.attempt = 0 // after a success, attempts count from 0 again
    return { status: 200, headers: { 'content-type': 'application/json' } }
  }
  return ['/v1/checkpoint/{run}/async', '/v1/http/runs/{run}/async'].map((pattern) => ({
    method: 'POST',
    pattern,
    handle,
  }))
}
