import { beforeEach, describe, expect, test, vi } from 'vitest'

import { type AttemptKit, createAttemptKit } from '../../test/kit/attempt-kit.ts'
import { systemTenantId } from '../events/reserved-names.ts'
import { type CronJobOptions, defineCronJob } from '../jobs/define-cron-job.ts'
import type { CronContext } from '../jobs/job-context.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'
import { toCronEnvelope } from './cron-event.ts'
import type { TickHost } from './dispatch-tick.ts'

let kit: AttemptKit
beforeEach(() => {
  kit = createAttemptKit()
})

const tick = Date.parse('2026-03-01T09:00:00Z')
const cronJob = (options: Partial<CronJobOptions<unknown>>): CronJobDefinition =>
  defineCronJob<unknown>({ id: 'daily-report', schedule: '0 9 * * *', handler: () => undefined, ...options })
const envelopeOf = (definition: CronJobDefinition, tenantId: string = systemTenantId) =>
  toCronEnvelope(definition, { id: 'envelope_1', tick, tenantId, now: tick + 5 })

describe('an attempt of a cron job that is fanned out over tenants', () => {
  const handler = vi.fn<(context: CronContext) => void>()
  const definition = cronJob({ handler, tenants: () => ['acme'] })
  const send = vi.fn<TickHost['send']>()
  const tickHost = (): TickHost => ({ now: tick, createId: () => 'envelope_2', send })
  beforeEach(() => {
    handler.mockClear()
    send.mockClear()
  })

  test('sends the jobs of its tick where the host asks for that, and its output says what came of it', async () => {
    const outcome = await kit.run(definition, envelopeOf(definition), { tickHost })
    expect(outcome).toEqual({ type: 'completed', output: { sent: 1, skipped: [] } })
    expect(send).toHaveBeenCalledExactlyOnceWith([expect.objectContaining({ tenantId: 'acme' })])
    expect(handler).not.toHaveBeenCalled()
  })

  test('is tried again when that fails', async () => {
    send.mockImplementationOnce(() => Promise.reject(new Error('No database.')))
    expect(await kit.run(definition, envelopeOf(definition), { tickHost })).toMatchObject({
      type: 'retry',
      error: { message: 'No database.' },
    })
  })
})
