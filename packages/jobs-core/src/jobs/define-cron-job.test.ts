import { beforeEach, describe, expect, test, vi } from 'vitest'

import { defineCronJob } from './define-cron-job.ts'
import { processJobs } from './job-registry.ts'

type Options = Parameters<typeof defineCronJob>[0]

const handler = () => undefined
const least: Options = { id: 'daily-report', schedule: '0 9 * * *', handler }
const define = (options: object) => defineCronJob({ ...least, ...options } as Options)

beforeEach(() => {
  for (const { id } of processJobs().all()) processJobs().remove(id)
})

describe('a cron job', () => {
  test('has its options and the defaults', () => {
    expect(defineCronJob(least)).toEqual({
      kind: 'cron',
      id: 'daily-report',
      schedule: { schedule: '0 9 * * *', timezone: 'UTC', next: expect.any(Function) },
      overlap: 'skip',
      catchUp: 'none',
      handler,
      retry: expect.objectContaining({ maxAttempts: 3 }),
      enabled: true,
      providerOptions: {},
    })
  })

  test('has a throttle for each tenant, but none for each value of a payload', () => {
    const throttle = { limit: 1, period: '1h', key: 'tenantId' }
    expect(define({ throttle }).throttle).toEqual({ limit: 1, periodMs: 3_600_000, key: 'tenantId' })
    expect(() => define({ throttle: { ...throttle, key: 'storeId' } })).toThrow(
      '`throttle.key` is `storeId`, and a tick has no payload. Omit it, or limit the runs of each tenant: ',
    )
  })

  test('has all options after their check', () => {
    const tenants = () => ['acme']
    const all = {
      timezone: 'Europe/Berlin',
      overlap: 'allow',
      catchUp: 'latest',
      tenants,
      spread: '10m',
      onFailure: handler,
      timeout: '1m',
    }
    expect(define({ ...all, retry: { maxAttempts: 1 }, concurrency: 1 })).toMatchObject({
      schedule: { timezone: 'Europe/Berlin' },
      overlap: 'allow',
      catchUp: 'latest',
      tenants,
      spreadMs: 600_000,
      onFailure: handler,
      timeoutMs: 60_000,
      retry: { maxAttempts: 1 },
      concurrency: { limit: 1 },
    })
  })

  test('is frozen, and calls none of its functions', () => {
    const [called, tenants] = [vi.fn<() => void>(), vi.fn<() => string[]>()]
    expect(Object.isFrozen(define({ handler: called, tenants }))).toBe(true)
    expect(called).not.toHaveBeenCalled()
    expect(tenants).not.toHaveBeenCalled()
  })
})

describe('an invalid cron job is rejected with the field', () => {
  test.each<[field: string, options: object]>([
    ['id', { id: 'daily report' }],
    ['schedule', { schedule: undefined }],
    ['schedule', { schedule: 'every day' }],
    ['timezone', { timezone: 'Mars/Olympus' }],
    ['overlap', { overlap: 'queue' }],
    ['catchUp', { catchUp: 'all' }],
    ['tenants', { tenants: ['acme'] }],
    ['spread', { spread: '10m' }],
    ['spread', { tenants: handler, spread: 0 }],
    ['handler', { handler: undefined }],
    ['onFailure', { onFailure: 'notify' }],
    ['timeout', { timeout: '0ms' }],
    ['concurrency', { concurrency: 0 }],
    ['concurrency.key', { concurrency: { key: 'storeId', limit: 1 } }],
    ['throttle.key', { throttle: { key: 'storeId', limit: 1, period: '1s' } }],
    ['retry.maxAttempts', { retry: { maxAttempts: 1001 } }],
    ['event', { event: 'order.created' }],
    ['cron', { cron: '0 9 * * *' }],
  ])('%s: %o', (field, options) => {
    expect(() => define(options)).toThrow(
      expect.objectContaining({
        code: 'invalid_definition',
        field,
        message: expect.stringMatching(/^defineCronJob\(.*\): `[\w.]+` .+\. [A-Z].+\.$/s),
      }),
    )
    expect(processJobs().all()).toEqual([])
  })
})
