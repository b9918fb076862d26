import type { EngineQueue, EngineRun } from '../../src/api/engine-shapes.ts'
import type { ListRunsQuery, RunsPage, TriggerApi, TriggerResult, TriggerRequest } from '../../src/api/trigger-api.ts'
import { fakeRun } from './fake-run.ts'
import { createFakeTokens, type FakeTokens } from './fake-tokens.ts'

/** A trigger as the fake was asked for it. */
export interface FakeTrigger extends TriggerRequest {
  readonly taskId: string
  readonly payload: unknown
}

/** What answers a test has for the API, where it does not go by the runs that the fake keeps. */
export interface FakeAnswers {
  trigger?(asked: FakeTrigger): TriggerResult | Promise<TriggerResult>
  retrieve?(run: EngineRun | undefined, runId: string): EngineRun | undefined | Promise<EngineRun | undefined>
  list?(query: ListRunsQuery): RunsPage
  cancel?(run: EngineRun): EngineRun
  queue?(type: EngineQueue['type'], name: string): EngineQueue | undefined
}

/** The API over runs in memory, and what was asked of it. */
export interface FakeApi extends TriggerApi {
  readonly asked: string[]
  readonly triggered: readonly FakeTrigger[]
  readonly runs: Map<string, EngineRun>
  readonly tokens: FakeTokens
}

/** An API that has these runs: what is triggered comes to them, what is cancelled ends. */
export function createFakeApi(given: readonly Partial<EngineRun>[] = [], answers: FakeAnswers = {}): FakeApi {
  const runs = new Map(given.map(fakeRun).map((run) => [run.id, run]))
  const asked: string[] = []
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
    asked,
    triggered,
    runs,
    async trigger(taskId, payload, request) {
      const one = { taskId, payload, ...request }
      triggered.push(one)
      asked.push(`trigger ${taskId}`)
      return (answers.trigger ?? trigger)(one)
    },
    async retrieve(_, runId) {
      asked.push(`retrieve ${runId}`)
      const run = runs.get(runId)
      return answers.retrieve ? answers.retrieve(run, runId) : run
    },
    async list(_, query) {
      asked.push(`list ${JSON.stringify(query)}`)
      return answers.list?.(query) ?? { runs: [...runs.values()] }
    },
    async cancel(runId) {
      asked.push(`cancel ${runId}`)
      const run = runs.get(runId)!
      const cancelled = { ...run, status: 'CANCELED', error: { message: 'Canceled by user' } } as const
      runs.set(runId, answers.cancel?.(run) ?? cancelled)
    },
    async addTags(runId, tags) {
      asked.push(`tag ${runId} ${tags.join(' ')}`)
      const run = runs.get(runId)!
      runs.set(runId, { ...run, tags: [...run.tags, ...tags] })
    },
    async resetKey(taskId, key) {
      asked.push(`reset ${taskId}`)
      byKey.delete(`${taskId} ${key}`)
    },
    async queue(type, name) {
      asked.push(`queue ${type} ${name}`)
      return answers.queue?.(type, name)
    },
    async setMetadata(runId, values) {
      asked.push(`metadata ${runId}`)
      const run = runs.get(runId)
      if (run) runs.set(runId, { ...run, metadata: { ...run.metadata, ...values } })
    },
    tokens: createFakeTokens(),
  }
}
