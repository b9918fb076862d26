import { defineCronJob, type Definition } from '@cgk-platform/jobs-core'
import type { CronJobOptions } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test, vi } from 'vitest'

import { type Answer, idsIn } from '../../test/kit/fake-server.ts'
import { openFunction } from '../../test/kit/open-function.ts'
import { readFailedRecord } from '../wire/attempt-record.ts'
import { toCronEventName } from '../wire/cron-event-name.ts'

const event = toCronEventName('shop', 'nightly')
const tick = '2026-03-01T03:00:00.000Z'
const retry = { maxAttempts: 3, initialDelay: '10s', backoff: 'fixed' } as const

const takeAll: Answer = (asked) => ({ body: asked.method === 'POST' ? { ids: idsIn(asked), status: 200 } : {} })

function open(options: Partial<CronJobOptions<unknown>> = {}, answer = takeAll) {
  const handler = vi.fn<CronJobOptions<unknown>['handler']>()
  const definition = defineCronJob<unknown>({ id: 'nightly', schedule: '0 3 * * *', retry, handler, ...options })
  const started: string[] = []
  const host = openFunction(definition as Definition, event, answer, {
    hooks: { onAttemptStart: (info) => void started.push(info.event) },
  })
  const runOf = (tenantId: string): object => host.eventOf({ tenantId }, { tenantId, scheduledAt: tick })
  return { ...host, handler, started, runOf }
}

describe('a run of a cron job', () => {
  test('is told to hooks by the name that it has on every engine', async () => {
    const { attempt, runOf, started } = open()
    await attempt(0, runOf('system'))
    expect(started).toEqual(['cron/nightly'])
  })
})

describe('a run of a cron job with tenants', () => {
  const refuse: Answer = (asked) => (asked.method === 'POST' ? { status: 401 } : { body: {} })
  test.each<[string, () => unknown, Answer, string]>([
    ['its tenants cannot be told', () => Promise.reject(new TypeError('no database')), takeAll, 'no database'],
    ['its tenants are none', () => [''], takeAll, '`nightly.tenants` returned a tenant that'],
    ['its tenants are no list', () => 'acme', takeAll, '`nightly.tenants` did not return a list'],
    ['the engine takes one of its jobs not', () => ['acme'], refuse, 'A job of the tick was not taken'],
  ])('where %s is tried again by the policy, then told to `onFailure` once', async (_, given, answer, message) => {
    const onFailure = vi.fn<(error: Error, context: { tenantId: string; scheduledAt: Date }) => void>()
    const { attempt, runOf, startedAt, handler, logger } = open({ tenants: given as () => string[], onFailure }, answer)
    const { thrown } = await attempt(0, runOf('system'))
    expect(thrown).toMatchObject({ name: 'RetryAfterError', message: expect.stringContaining(message) })
    const record = readFailedRecord(thrown)
    expect(record).toMatchObject({ attempt: 1, maxAttempts: 3 })
    expect(record!.nextAttemptAt! - startedAt).toBeGreaterThanOrEqual(10_000)
    expect(onFailure).not.toHaveBeenCalled()

    expect((await attempt(2, runOf('system'))).thrown?.name).toBe('NonRetriableError')
    expect(onFailure).toHaveBeenCalledTimes(1)
    const [error, context] = onFailure.mock.calls[0]!
    expect(error.message).toContain(message)
    expect(context).toMatchObject({ tenantId: 'system', scheduledAt: new Date(tick) })
    expect(logger.messages('error')).toEqual(['The run failed.'])
    expect(handler).not.toHaveBeenCalled()
  })
})
