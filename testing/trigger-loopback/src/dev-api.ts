import {
  DevConfigResponseBody,
  DevDequeueRequestBody,
  DevDequeueResponseBody,
  DevDisconnectRequestBody,
  DevDisconnectResponseBody,
} from '@trigger.dev/core/v3'
import {
  WorkloadHeartbeatResponseBody,
  WorkloadRunAttemptCompleteRequestBody,
  WorkloadRunAttemptCompleteResponseBody,
  WorkloadRunAttemptStartRequestBody,
  WorkloadRunAttemptStartResponseBody,
  WorkloadRunLatestSnapshotResponseBody,
} from '@trigger.dev/core/v3/workers'
import { cancelRun } from './cancel-run.ts'
import { completeAttempt } from './complete-attempt.ts'
import { dequeueWhenReady } from './dequeue-run.ts'
import { endpoint, type Route } from './endpoint.ts'
import type { Engine } from './engine.ts'
import type { Run } from './run.ts'
import { ServiceError } from './service-error.ts'
import { extendHeartbeat, latestSnapshot, toExecutionResult } from './snapshots.ts'
import { attemptEnvironment, startAttempt } from './start-attempt.ts'

const holdMs = 10_000 // how long the server holds a dequeue request
const snapshot = '/engine/v1/dev/runs/{run}/snapshots/{snapshot}'

/** Options of the worker API. */
export interface DevApiOptions {
  readonly pollMs: number
}

/** Creates the endpoints of a registered dev worker. */
export function createDevApi(engine: Engine, { pollMs }: DevApiOptions): Route[] {
  const runOf = (params: Readonly<Record<string, string>>): Run => {
    const run = engine.runs.find(params['run'] ?? '')
    if (!run) throw new ServiceError("You don't have permissions for this run", 401)
    return run
  }
  return [
    endpoint({
      method: 'GET',
      pattern: '/engine/v1/dev/config',
      auth: 'secret',
      response: DevConfigResponseBody,
      handle: () => ({
        value: {
          environmentId: engine.tenancy.environmentId,
          dequeueIntervalWithRun: pollMs,
          dequeueIntervalWithoutRun: pollMs,
          maxConcurrentRuns: 1000,
          engineUrl: engine.url(),
        },
      }),
    }),
    endpoint({
      method: 'GET',
      pattern: '/engine/v1/dev/presence',
      auth: 'secret',
      handle: () => engine.presence.stream(),
    }),
    endpoint({
      method: 'POST',
      pattern: '/engine/v1/dev/disconnect',
      auth: 'secret',
      body: DevDisconnectRequestBody,
      response: DevDisconnectResponseBody,
      handle({ body }) {
        const runs = body.runFriendlyIds.flatMap((id) => engine.runs.find(id) ?? [])
        const reason = 'Dev session ended (CLI exited)'
        return { value: { cancelled: runs.filter((run) => cancelRun(engine, run, { reason, finalize: true })).length } }
      },
    }),
    endpoint({
      method: 'POST',
      pattern: '/engine/v1/dev/dequeue',
      auth: 'secret',
      body: DevDequeueRequestBody,
      response: DevDequeueResponseBody,
      async handle({ disconnected }) {
        const message = await dequeueWhenReady(engine, holdMs, disconnected)
        return { value: { dequeuedMessages: message ? [message] : [] } }
      },
    }),
    endpoint({
      method: 'POST',
      pattern: `${snapshot}/attempts/start`,
      auth: 'secret',
      body: WorkloadRunAttemptStartRequestBody,
      response: WorkloadRunAttemptStartResponseBody,
      async handle({ params }) {
        const run = runOf(params)
        const started = await startAttempt(engine, run, params['snapshot']!)
        return { value: { ...started, envVars: attemptEnvironment(engine, run) } }
      },
    }),
    endpoint({
      method: 'POST',
      pattern: `${snapshot}/attempts/complete`,
      auth: 'secret',
      body: WorkloadRunAttemptCompleteRequestBody,
      response: WorkloadRunAttemptCompleteResponseBody,
      async handle({ params, body }) {
        return { value: { result: await completeAttempt(engine, runOf(params), params['snapshot']!, body.completion) } }
      },
    }),
    endpoint({
      method: 'POST',
      pattern: `${snapshot}/heartbeat`,
      auth: 'secret',
      response: WorkloadHeartbeatResponseBody,
      handle({ params }) {
        const run = runOf(params)
        if (latestSnapshot(run).friendlyId === params['snapshot']) extendHeartbeat(engine, run)
        return { value: { ok: true } }
      },
    }),
    endpoint({
      method: 'GET',
      pattern: '/engine/v1/dev/runs/{run}/snapshots/latest',
      auth: 'secret',
      response: WorkloadRunLatestSnapshotResponseBody,
      handle({ params }) {
        const run = runOf(params)
        const { completedWaitpoints } = latestSnapshot(run)
        return { value: { execution: { version: '1', ...toExecutionResult(run), completedWaitpoints } } }
      },
    }),
    endpoint({
      method: 'POST',
      pattern: '/engine/v1/dev/runs/{run}/logs/debug',
      auth: 'secret',
      handle: () => ({ status: 204 }),
    }),
  ]
}
