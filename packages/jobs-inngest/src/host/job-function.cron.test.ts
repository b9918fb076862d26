import { type CronJobOptions, defineCronJob, type Definition } from '@cgk-platform/jobs-core'
import { describe, expect, test, vi } from 'vitest'

import { type Answer, type Asked, idsIn } from '../../test/kit/fake-server.ts'
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
  const posts = (): Asked[] => host.asked.filter(({ method }) => method === 'POST')
  const sent = () =>
    posts()
      .map(({ text }) => (JSON.parse(text) as [{ name: string; data: Record<string, unknown> }])[0])
      .toSorted((one, other) => (String(one.data['tenantId']) < String(other.data['tenantId']) ? -1 : 1))
  return { ...host, handler, started, runOf, posts, sent }
}

describe('a run of a cron job', () => {
  test("is one of the app's own event, and has the tick in it", async () => {
    const { attempt, runOf, options, handler } = open()
    expect(options['triggers']).toEqual([{ event }])
    await attempt(0, runOf('system'))
    expect(handler.mock.calls.map(([{ tenantId, scheduledAt }]) => [tenantId, scheduledAt])).toEqual([
      ['system', new Date(tick)],
    ])
  })

  test('is told to hooks by the name that it has on every engine', async () => {
    const { attempt, runOf, started } = open()
    await attempt(0, runOf('system'))
    expect(started).toEqual(['cron/nightly'])
  })
})

describe('a run of a cron job with tenants', () => {
  const tenants = async () => ['acme', 'globex', 'acme']

  test('that is of none of them makes a job for each, and tells how many', async () => {
    const { attempt, runOf, sent, handler, startedAt } = open({ tenants })
    expect(await attempt(0, runOf('system'))).toEqual({
      returned: { output: { sent: 2, skipped: [] }, attempt: 1, startedAt },
    })
    expect(sent().map(({ name, data }) => [name, data['tenantId'], data['scheduledAt']].join(' '))).toEqual([
      `${event} acme ${tick}`,
      `${event} globex ${tick}`,
    ])
    expect(handler).not.toHaveBeenCalled()
  })

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
