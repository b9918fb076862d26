import { defineWorkflow, type Definition, type Steps } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { afterEach, expect, test, vi } from 'vitest'

import { envelopeOf } from '../../test/kit/envelope-of.ts'
import { createFakeEngine } from '../../test/kit/fake-engine.ts'
import { fakeRun } from '../../test/kit/fake-run.ts'
import { openTasks } from '../../test/kit/open-tasks.ts'
import { cancelMark } from '../wire/cancel-mark.ts'

afterEach(() => vi.unstubAllGlobals())

const payload = { envelope: envelopeOf(), jobId: 'run_0', options: { machine: 'small-2x', tags: ['own'] } }
const anew = { tenantId: 'acme', number: 2 }

function open(
  steps: (step: Steps<'work.asked'>, number: number | undefined) => unknown,
  options: {
    readonly concurrency?: { readonly perTenant: number }
    readonly engine?: ReturnType<typeof createFakeEngine>
  } = {},
) {
  const { engine = createFakeEngine(), ...more } = options
  const code = {
    steps: (event: { payload: { number?: number } }, step: Steps<'work.asked'>) => steps(step, event.payload.number),
  }
  const flow = defineWorkflow({
    id: 'flow',
    event: 'work.asked',
    retry: { maxAttempts: 1 },
    ...more,
    ...(code as object),
  } as never)
  return openTasks([flow as unknown as Definition], { engine })
}

test('a restart starts a run of the newest deployment, with its payload and the options of the send', async () => {
  const { attempt, engine } = await open((step) => step.restart(anew), { concurrency: { perTenant: 1 } })
  const result = await attempt('job-flow', { payload, version: '20260301.2' })
  expect(result).toMatchObject({ ok: true, metadata: { job: { restartedAs: 'run_made1', output: 'none' } } })
  expect(engine.runs).toMatchObject([
    {
      taskId: 'job-flow',
      payload: {
        ...payload,
        envelope: { ...payload.envelope, payload: anew },
        restart: { count: 1, first: 'run_1', before: 'run_1', concurrencyKey: 'acme' },
        retriedAt: expect.any(Number) as number,
      },
      options: { machine: 'small-2x', concurrencyKey: 'acme' },
    },
  ])
  expect(engine.runs[0]!.options['lockToVersion']).toBeUndefined()
  expect(engine.runs[0]!.tags).toEqual(
    expect.arrayContaining(['job:run_0', 'definition:flow', 'restart-of:run_1', 'own']),
  )

  await attempt('job-flow', { runId: 'run_made1', payload: engine.runs[0]!.payload })
  expect(engine.runs[1]!.payload).toMatchObject({ restart: { count: 2, first: 'run_1', before: 'run_made1' } })
})

test('an attempt after a crash starts no other run, also if the last one has died', async () => {
  const { attempt, engine } = await open((step) => step.restart(anew))
  await attempt('job-flow', { payload })
  const job = { definition: 'flow', attempt: 1, maxAttempts: 1, startedAt: 1, restartedAs: 'pending' }
  const result = await attempt('job-flow', { payload, attempt: 9, metadata: { job } })
  expect([result.ok, engine.runs.length]).toEqual([true, 1])
})

test('a restart that Trigger.dev does not accept is tried again, also after the last attempt', async () => {
  let isDown = true
  const engine = createFakeEngine(({ url }) => {
    return isDown && url.pathname.endsWith('/trigger') ? { status: 422, body: { error: 'not now' } } : undefined
  })
  const { attempt } = await open((step) => step.restart(anew), { engine })
  const first = await attempt('job-flow', { payload })
  expect(first).toMatchObject({ ok: false, metadata: { job: { restartedAs: 'pending', attempt: 1 } } })
  expect(first.retry).toBeDefined()
  isDown = false
  const second = await attempt('job-flow', { payload, attempt: 2, metadata: first.metadata })
  expect(second).toMatchObject({ ok: true, metadata: { job: { restartedAs: 'run_made1' } } })
})

test('the run that continues has the payload of the restart, and records without it', async () => {
  const seen: unknown[] = []
  const { attempt, engine } = await open(async (step, number) => {
    seen.push(number)
    await step.run('charge', () => 5)
  })
  const restart = { count: 3, first: 'run_1', before: 'run_2' }
  const continuing = { ...payload, envelope: { ...payload.envelope, payload: anew }, restart }
  const { ok } = await attempt('job-flow', { runId: 'run_3', payload: continuing })
  expect([ok, seen]).toEqual([true, [2]])
  const saved = JSON.stringify(engine.flushed)
  expect(saved).toContain('"restart":{"count":3}')
  expect(saved).toContain('"origin":"run_3"')
})

test('a run does nothing if the one before was cancelled before it could end', async () => {
  const steps = vi.fn<() => void>()
  const engine = createFakeEngine(({ url }) => {
    if (!url.pathname.endsWith('/runs/run_2')) return undefined
    const run = fakeRun({ id: 'run_2', status: 'CANCELED', metadata: cancelMark })
    return { body: { ...run, relatedRuns: { children: [] }, attempts: [], env: { id: 'env', name: 'dev' } } }
  })
  const { attempt } = await open(steps, { engine })
  const restart = { count: 1, first: 'run_1', before: 'run_2' }
  await attempt('job-flow', { runId: 'run_3', payload: { ...payload, restart } })
  expect(steps).not.toHaveBeenCalled()
  expect(engine.cancelled).toEqual(['run_3'])
})
