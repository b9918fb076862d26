import type { Reply } from '@cgk-platform/test-kit/replies'

import type { Respond, FakeRequest } from './fake-server.ts'

/** A run of a triggered task. */
export interface FakeRun {
  readonly id: string
  readonly taskId: string
  readonly payload: unknown
  readonly options: Readonly<Record<string, unknown>>
  /** The tags of the trigger request and those added later. */
  readonly tags: string[]
  status: string
}

/** The part of Trigger.dev's API that hosts use, with runs in memory. */
export interface FakeEngine {
  readonly runs: readonly FakeRun[]
  readonly cancelled: readonly string[]
  /** The operations of each metadata request. */
  readonly flushed: readonly unknown[]
  readonly respond: Respond
}

/** @param override - its response, if any, replaces that of the engine */
export function createFakeEngine(
  override: (request: FakeRequest, engine: FakeEngine) => Reply | undefined = () => undefined,
): FakeEngine {
  const runs: FakeRun[] = []
  const cancelled: string[] = []
  const flushed: unknown[] = []
  const keys = new Map<string, FakeRun>()

  const trigger = (taskId: string, body: { payload: string; options: Record<string, unknown> }): Reply => {
    const { payload, options } = body
    const { idempotencyKey } = options as { idempotencyKey?: string }
    const key = idempotencyKey === undefined ? undefined : `${taskId} ${idempotencyKey}`
    const before = key === undefined ? undefined : keys.get(key)
    // A failed run frees its key.
    if (before && before.status !== 'FAILED') return { body: { id: before.id, isCached: true } }
    const run: FakeRun = {
      id: `run_made${runs.length + 1}`,
      taskId,
      payload: parse(payload, options),
      options,
      tags: [...((options['tags'] as string[] | undefined) ?? [])],
      status: 'QUEUED',
    }
    runs.push(run)
    if (key !== undefined) keys.set(key, run)
    return { body: { id: run.id, isCached: false } }
  }

  const engine: FakeEngine = {
    runs,
    cancelled,
    flushed,
    respond(request) {
      const overridden = override(request, engine)
      if (overridden) return overridden
      const { method, url, body } = request
      const path = decodeURIComponent(url.pathname)
      const [, taskId] = /^\/api\/v1\/tasks\/(.+)\/trigger$/.exec(path) ?? []
      if (taskId !== undefined) return trigger(taskId, body as never)
      const [, cancelledId] = /^\/api\/v2\/runs\/(.+)\/cancel$/.exec(path) ?? []
      if (cancelledId !== undefined) return { body: { id: (cancelled.push(cancelledId), cancelledId) } }
      const [, runId] = /^\/api\/v3\/runs\/(.+)$/.exec(path) ?? []
      if (runId !== undefined) return toView(runId, runs)
      if (method === 'PUT' && path.endsWith('/metadata')) {
        flushed.push((body as { operations: unknown }).operations)
        return { body: { metadata: {} } }
      }
      const [, taggedId] = /^\/api\/v1\/runs\/(.+)\/tags$/.exec(path) ?? []
      if (taggedId !== undefined) {
        const tagged = runs.find(({ id }) => id === taggedId)
        tagged?.tags.push(...(body as { tags: string[] }).tags)
        return { body: { message: 'Successfully set tags' } }
      }
      const [, key] = /^\/api\/v1\/idempotencyKeys\/(.+)\/reset$/.exec(path) ?? []
      if (key !== undefined) {
        const { taskIdentifier } = body as { taskIdentifier: string }
        keys.delete(`${taskIdentifier} ${key}`)
        return { body: { id: key } }
      }
      return { status: 404, body: { error: 'not found' } }
    },
  }
  return engine
}

function parse(payload: string, options: Record<string, unknown>): unknown {
  return options['payloadType'] === 'text/plain' ? payload : (JSON.parse(payload) as { json: unknown }).json
}

function toView(id: string, runs: readonly FakeRun[]): Reply {
  const children = runs.filter(({ options }) => options['parentRunId'] === id).map(viewOf)
  const run = runs.find((one) => one.id === id)
  if (!run && children.length === 0) return { status: 404, body: { error: 'Run not found' } }
  const view = run
    ? { ...viewOf(run), payload: run.payload }
    : viewOf({ id, taskId: 'event-x', payload: {}, options: {}, tags: [], status: 'EXECUTING' })
  return { body: { ...view, attemptCount: 1, relatedRuns: { children }, schedule: undefined, attempts: [] } }
}

function viewOf({ id, taskId, status, tags }: FakeRun) {
  const at = new Date(0).toISOString()
  return {
    id,
    taskIdentifier: taskId,
    status,
    tags,
    createdAt: at,
    updatedAt: at,
    isTest: false,
    costInCents: 0,
    baseCostInCents: 0,
    durationMs: 0,
    depth: 0,
    triggerFunction: 'trigger',
    metadata: {},
    env: { id: 'env', name: 'dev' },
    isQueued: false,
    isExecuting: false,
    isWaiting: false,
    isCompleted: false,
    isSuccess: false,
    isFailed: false,
    isCancelled: false,
  }
}
