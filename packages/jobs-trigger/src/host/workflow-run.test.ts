import {
  defineJob,
  type Definition,
  defineWorkflow,
  type JobClient,
  type JobHooks,
  type JobStatus,
  type Steps,
} from '@cgk-platform/jobs-core'
import type { WorkflowRecord } from '@cgk-platform/jobs-core/provider'
import '@cgk-platform/test-kit/work'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { envelopeOf } from '../../test/kit/envelope-of.ts'
import { createFakeEngine } from '../../test/kit/fake-engine.ts'
import { fakeRun } from '../../test/kit/fake-run.ts'
import { openTasks, type TasksOptions } from '../../test/kit/open-tasks.ts'
import { readWorkflowRecord } from '../wire/workflow-metadata.ts'

afterEach(() => vi.unstubAllGlobals())

const payload = { envelope: envelopeOf(), jobId: 'run_0' }

function open(steps: (step: Steps<'work.asked'>) => unknown, options: TasksOptions = {}) {
  const flow = defineWorkflow({ id: 'flow', event: 'work.asked', steps: (_, step) => steps(step) })
  return openTasks([flow as unknown as Definition], options)
}

test('passes the duration of a run including its waits to hooks', async () => {
  const onAttemptEnd = vi.fn<NonNullable<JobHooks['onAttemptEnd']>>()
  const { attempt } = await open((step) => step.sleep('nap', '3s'), { hooks: { onAttemptEnd } })
  expect(await attempt('job-flow', { payload })).toMatchObject({ ok: true })
  expect(onAttemptEnd.mock.calls).toMatchObject([[{ durationMs: 3000 }]])
})

test('continues code that awaits something other than a step during a wait', async () => {
  let workedAt = 0
  const opened = await open(async (step) => {
    const { clock } = opened
    const other = async (): Promise<void> => {
      await new Promise<void>((resolve) => void clock.setTimer(200, resolve))
      await step.run('other', () => void (workedAt = clock.now()))
    }
    await Promise.all([other(), step.sleep('nap', '4s')])
  })
  const begun = opened.clock.now()
  expect(await opened.attempt('job-flow', { payload })).toMatchObject({ ok: true })
  expect(workedAt - begun).toBeLessThan(1000)
  expect(opened.clock.now() - begun).toBeGreaterThanOrEqual(4000)
  expect(opened.logger.messages('warn')).toEqual([expect.stringContaining('awaited something other than a step')])
})

test('reads the job of a `step.runJob` with the client that sent it', async () => {
  const followed = defineJob({ id: 'followed', event: 'work.followed', handler: () => undefined })
  const run = {
    id: 'r_1',
    definitionId: 'followed',
    state: 'completed',
    attempts: 1,
    maxAttempts: 1,
    output: 5,
  } as const
  const status: JobStatus = {
    id: 'job_1',
    event: 'work.followed',
    tenantId: 'acme',
    state: 'completed',
    createdAt: new Date(0),
    runs: [run],
  }
  // A client on another engine, whose ids are not Trigger.dev run ids.
  const another = { sendJob: async () => ({ id: 'job_1' }), getJobStatus: async () => status }
  const jobClient = { ...another, forTenant: () => another } as unknown as JobClient
  const engine = createFakeEngine(({ url }) =>
    url.pathname === '/api/v1/waitpoints/tokens' ? { body: { id: 'waitpoint_1' } } : undefined,
  )
  const { attempt } = await open((step) => step.runJob('call', followed, { tenantId: 'acme' }), { engine, jobClient })
  expect(await attempt('job-flow', { payload })).toMatchObject({ ok: true, output: 5 })
})

test('a `backoff` function that knows no delay after the last attempt does not end a run that must be compensated', async () => {
  const engine = createFakeEngine(() => ({ status: 500, body: { error: 'down' } }))
  const retry = { maxAttempts: 6, backoff: (attempt: number) => [2000, 2000, 2000, 2000, 2000][attempt - 1] as number }
  const flow = defineWorkflow({ id: 'brief', event: 'work.asked', retry, steps: () => 'done' })
  const { attempt } = await openTasks([flow as unknown as Definition], { engine })
  const delayAfter = async (number: number) => {
    const result = await attempt('job-brief', { payload: { ...payload, retryOf: 'run_1' }, attempt: number })
    return result.retry?.delay
  }
  expect([await delayAfter(5), await delayAfter(6)]).toEqual([2000, 1000])
})

test('repeats no step whose record it cannot read', async () => {
  const pay = vi.fn<() => void>()
  const { attempt } = await open((step) => step.run('pay', pay))
  const workflow = { v: 2, origin: 'run_1', steps: { packed: true }, ended: 1 }
  const result = await attempt('job-flow', { payload, metadata: { workflow } })
  expect(result).toMatchObject({ ok: false, retry: {} })
  expect(result.metadata).toMatchObject({ workflow, job: { error: { message: expect.stringContaining('newer') } } })
  expect(pay).not.toHaveBeenCalled()
})

describe('a run that began with another version', () => {
  const began = { origin: 'run_1', version: '1', steps: [], ended: 0 }
  const changed = defineWorkflow({
    ...{ id: 'changed', event: 'work.asked', version: '2', parkTimeout: '3s' },
    steps: () => 'never',
  })
  /** Returns the record of a run in the request that saves it. */
  const savedIn = (operations: unknown): WorkflowRecord | undefined =>
    readWorkflowRecord(
      Object.fromEntries((operations as { key: string; value: unknown }[]).map(({ key, value }) => [key, value])),
    )

  test('saves that it waits before it waits, and then fails', async () => {
    const { attempt, clock, engine } = await openTasks([changed as unknown as Definition])
    const begun = clock.now()
    const result = await attempt('job-changed', { payload, metadata: { workflow: began } })
    expect(result).toMatchObject({ ok: false, error: { message: expect.stringMatching(/began with version `1`/) } })
    expect(clock.now() - begun).toBe(3000)
    const parked = engine.flushed.map((operations) => savedIn(operations)?.parked)
    expect(parked[0]).toMatchObject({ since: begun, until: begun + 3000, error: { code: 'workflow_changed' } })
    expect(parked.at(-1)).toBeUndefined()
  })

  test('continues in a retry with its own code', async () => {
    const run = fakeRun({ taskIdentifier: 'job-kept', status: 'FAILED', metadata: { workflow: began } })
    const failed = { ...run, env: { id: 'env', name: 'dev' }, attempts: [], relatedRuns: { children: [] } }
    const engine = createFakeEngine(({ url }) => (url.pathname === '/api/v3/runs/run_1' ? { body: failed } : undefined))
    const previous = [{ version: '1', steps: () => 'code of 1' }]
    const kept = defineWorkflow({ id: 'kept', event: 'work.asked', version: '2', previous, steps: () => 'never' })
    const { attempt } = await openTasks([kept as unknown as Definition], { engine })
    const retried = { payload: { ...payload, retryOf: 'run_1' }, runId: 'run_2' }
    expect(await attempt('job-kept', retried)).toMatchObject({ ok: true, output: 'code of 1' })
  })
})
