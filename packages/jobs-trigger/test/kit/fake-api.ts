import type { EngineQueue, EngineRun } from '../../src/api/engine-shapes.ts'
import type {
  ListRunsQuery,
  QueuesPage,
  RunsPage,
  TriggerApi,
  TriggerResult,
  TriggerRequest,
} from '../../src/api/trigger-api.ts'
import { fakeRun } from './fake-run.ts'
import { createFakeTokens, type FakeTokens } from './fake-tokens.ts'

/** A trigger request that the fake received. */
export interface FakeTrigger extends TriggerRequest {
  readonly taskId: string
  readonly payload: unknown
}

/** Responses that replace those of the fake. */
export interface FakeResponses {
  trigger?(request: FakeTrigger): TriggerResult | Promise<TriggerResult>
  retrieve?(run: EngineRun | undefined, runId: string): EngineRun | undefined | Promise<EngineRun | undefined>
  list?(query: ListRunsQuery): Omit<RunsPage, 'readAt'> & Partial<Pick<RunsPage, 'readAt'>>
  cancel?(run: EngineRun): EngineRun
  queue?(type: EngineQueue['type'], name: string): EngineQueue | undefined
  /** Default: an environment with so many other queues that one by one is faster. */
  listQueues?(page: number): QueuesPage
}

/** The API with runs in memory, and a log of its requests. */
export interface FakeApi extends TriggerApi {
  readonly requests: string[]
  readonly triggered: readonly FakeTrigger[]
  readonly runs: Map<string, EngineRun>
  readonly tokens: FakeTokens
}

/** Creates an API with these runs. A trigger adds a run, and a cancel ends one. */
export function createFakeApi(initial: readonly Partial<EngineRun>[] = [], responses: FakeResponses = {}): FakeApi {
  const runs = new Map(initial.map(fakeRun).map((run) => [run.id, run]))
  const requests: string[] = []
  const triggered: FakeTrigger[] = []
  const byKey = new Map<string, string>()

  const trigger = (one: FakeTrigger): TriggerResult => {
    const known = byKey.get(`${one.taskId} ${one.idempotencyKey}`)
    if (known !== undefined && one.idempotencyKey !== undefined) return { id: known, isCached: true }
    const id = `run_made${runs.size}`
    if (one.idempotencyKey !== undefined) byKey.set(`${one.taskId} ${one.idempotencyKey}`, id)
    const { taskId: taskIdentifier, payload, tags = [] } = one
    runs.set(id, fakeRun({ id, taskIdentifier, payload, tags, status: 'QUEUED', attemptCount: 0 }))
    return { id, isCached: false }
  }

  return {
    requests,
    triggered,
    runs,
    async trigger(taskId, payload, request) {
      const one = { taskId, payload, ...request }
      triggered.push(one)
      requests.push(`trigger ${taskId}`)
      return (responses.trigger ?? trigger)(one)
    },
    close: async () => undefined,
    async retrieve(_, runId) {
      requests.push(`retrieve ${runId}`)
      const run = runs.get(runId)
      return responses.retrieve ? responses.retrieve(run, runId) : run
    },
    async list(_, query) {
      requests.push(`list ${JSON.stringify(query)}`)
      const { readAt } = fakeRun()
      return { readAt, ...(responses.list?.(query) ?? { runs: [...runs.values()] }) }
    },
    async cancel(runId) {
      requests.push(`cancel ${runId}`)
      const run = runs.get(runId)!
      const cancelled = { ...run, status: 'CANCELED', error: { message: 'Canceled by user' } } as const
      runs.set(runId, responses.cancel?.(run) ?? cancelled)
    },
    async addTags(runId, tags) {
      requests.push(`tag ${runId} ${tags.join(' ')}`)
      const run = runs.get(runId)!
      runs.set(runId, { ...run, tags: [...run.tags, ...tags] })
    },
    async resetKey(taskId, key) {
      requests.push(`reset ${taskId}`)
      byKey.delete(`${taskId} ${key}`)
    },
    async queue(type, name) {
      requests.push(`queue ${type} ${name}`)
      return responses.queue?.(type, name)
    },
    async listQueues(page) {
      requests.push(`queues ${page}`)
      return responses.listQueues?.(page) ?? { queues: [], count: 100_000, totalPages: 1000 }
    },
    async setQueuePaused({ type, name }, paused) {
      requests.push(`${paused ? 'pause' : 'resume'} ${type} ${name}`)
      return responses.queue?.(type, name)
    },
    async setMetadata(runId, values) {
      requests.push(`metadata ${runId}`)
      const run = runs.get(runId)
      if (run) runs.set(runId, { ...run, metadata: { ...run.metadata, ...values } })
    },
    tokens: createFakeTokens(),
  }
}
