import { beforeEach, describe, expect, test, vi } from 'vitest'

import { type AttemptKit, createAttemptKit } from '../../test/kit/attempt-kit.ts'
import { systemTenantId } from '../events/reserved-names.ts'
import { type CronJobOptions, defineCronJob } from '../jobs/define-cron-job.ts'
import type { CronContext } from '../jobs/job-context.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'
import { toCronEnvelope } from './cron-event.ts'

let kit: AttemptKit
beforeEach(() => {
  kit = createAttemptKit()
})

const tick = Date.parse('2026-03-01T09:00:00Z')
const cronJob = (options: Partial<CronJobOptions<unknown>>): CronJobDefinition =>
  defineCronJob<unknown>({ id: 'daily-report', schedule: '0 9 * * *', handler: () => undefined, ...options })
const envelopeOf = (definition: CronJobDefinition, tenantId: string = systemTenantId) =>
  toCronEnvelope(definition, { id: 'envelope_1', tick, tenantId, now: tick + 5 })

describe('an attempt of a cron job', () => {
  test('gets the context alone, with the tick that it belongs to', async () => {
    const handler = vi.fn<(...all: unknown[]) => void>()
    const definition = cronJob({ handler })
    expect(await kit.run(definition, envelopeOf(definition))).toEqual({ type: 'completed' })
    expect(handler.mock.calls).toEqual([
      [
        {
          jobId: 'job_1',
          runId: 'run_1',
          attempt: 1,
          maxAttempts: 3,
          tenantId: 'system',
          logger: expect.anything(),
          signal: expect.any(AbortSignal),
          scheduledAt: new Date('2026-03-01T09:00:00Z'),
        },
      ],
    ])
  })

  test('has the tick as its time also when it is tried again, and retries as any job does', async () => {
    const seen: Date[] = []
    const definition = cronJob({
      handler: ({ scheduledAt }) => {
        seen.push(scheduledAt)
        throw new Error('No.')
      },
    })
    for (const [attempt, outcome] of [
      [1, { type: 'retry', afterMs: 1000 }],
      [3, { type: 'failed' }],
    ] as const) {
      expect(await kit.run(definition, envelopeOf(definition), { attempt })).toMatchObject(outcome)
    }
    expect(seen).toEqual([new Date(tick), new Date(tick)])
  })

  test('that failed for good tells `onFailure` the error and the context', async () => {
    const onFailure = vi.fn<(error: Error, context: CronContext) => void>()
    const error = new Error('No.')
    const definition = cronJob({ handler: () => Promise.reject(error), onFailure, retry: { maxAttempts: 1 } })
    await kit.run(definition, envelopeOf(definition))
    expect(onFailure).toHaveBeenCalledExactlyOnceWith(
      error,
      expect.objectContaining({ scheduledAt: new Date(tick), tenantId: 'system' }),
    )
  })

  test('has its output', async () => {
    const definition = cronJob({ handler: async () => ({ reports: 3 }) })
    expect(await kit.run(definition, envelopeOf(definition))).toEqual({ type: 'completed', output: { reports: 3 } })
  })
})

describe('an attempt of a cron job that is fanned out over tenants', () => {
  const handler = vi.fn<(context: CronContext) => void>()
  const definition = cronJob({ handler, tenants: () => ['acme'] })
  beforeEach(() => void handler.mockClear())

  test('sends the jobs of its tick where the host asks for that, and its output says what came of it', async () => {
    const fanOut = vi.fn<() => Promise<unknown>>(async () => ({ sent: 2, skipped: ['globex'] }))
    const outcome = await kit.run(definition, envelopeOf(definition), { fanOut })
    expect(outcome).toEqual({ type: 'completed', output: { sent: 2, skipped: ['globex'] } })
    expect(fanOut).toHaveBeenCalledExactlyOnceWith(definition, tick)
    expect(handler).not.toHaveBeenCalled()
  })

  test('is tried again when that fails', async () => {
    const fanOut = () => Promise.reject(new Error('No database.'))
    expect(await kit.run(definition, envelopeOf(definition), { fanOut })).toMatchObject({
      type: 'retry',
      error: { message: 'No database.' },
    })
  })

  test('calls the handler in the run of a tenant', async () => {
    const fanOut = vi.fn<() => Promise<unknown>>()
    await kit.run(definition, envelopeOf(definition, 'acme'), { fanOut })
    expect(handler).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ tenantId: 'acme', scheduledAt: new Date(tick) }),
    )
    expect(fanOut).not.toHaveBeenCalled()
  })

  test('calls the handler where the job has no tenants', async () => {
    const fanOut = vi.fn<() => Promise<unknown>>()
    const alone = cronJob({ handler })
    await kit.run(alone, envelopeOf(alone), { fanOut })
    expect(handler).toHaveBeenCalledOnce()
    expect(fanOut).not.toHaveBeenCalled()
  })
})
