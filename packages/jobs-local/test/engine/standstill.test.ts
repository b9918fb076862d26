import { defineJob, type Definition, type JobClient, type JobDefinition } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { afterEach, describe, expect, test } from 'vitest'

import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'
import { passVirtualTime } from '../conformance/pass-virtual-time.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'

const tenantId = 'acme'
const minute = 60_000
const endless = (): Promise<never> => new Promise(() => undefined)
const hung = (options: Partial<Parameters<typeof defineJob>[0]> = {}): JobDefinition =>
  defineJob({ id: 'hung', event: 'work.requested', concurrency: 2, handler: endless, ...options } as never) as never
const quick = defineJob({ id: 'quick', event: 'work.followed', handler: () => undefined })

let cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

describe.each(['memory', 'file'] as const)('the health of an engine in %s', (store) => {
  interface Opened {
    readonly client: JobClient
    pass(durationMs: number): Promise<void>
    send(event: 'work.requested' | 'work.followed', count: number): Promise<void>
    problems(): Promise<string[]>
  }

  function open(jobs: readonly JobDefinition[], concurrency = 100): Opened {
    const clock = createVirtualClock(0)
    const file = store === 'file' ? createTemporaryFile() : undefined
    const local = createLocalProvider({ concurrency, ...(file && { path: file.path }) }, { clock, ownTime: true })
    const options = { jobs: jobs as Definition[], clock, logger: createRecordedLogger() }
    const client = createClient({ load: () => local }, options)
    cleanUps = [...cleanUps, () => client.close({ timeout: 0 }), () => file?.remove()]
    return {
      client,
      pass: (durationMs) => passVirtualTime(local, clock, durationMs),
      async send(event, count) {
        for (let number = 0; number < count; number++) await client.sendJob(event, { tenantId, number })
      },
      async problems() {
        const { ok, checks } = await client.healthCheck()
        const failed = checks.filter((check) => !check.ok).map(({ name, message }) => `${name}: ${message}`)
        expect(ok).toBe(failed.length === 0)
        return failed
      },
    }
  }

  const standstill = (waiting: number, attempts: string): string =>
    `slots: no attempt has begun or ended for 5 minutes; runs waiting: ${waiting}; attempts that hold their slots: ` +
    `${attempts}; find out why these handlers do not end, and set \`timeout\``

  test('names the attempts that hold the slots of waiting runs for five minutes', async () => {
    const { pass, send, problems } = open([hung(), quick])
    await send('work.requested', 5)
    await pass(5 * minute - 1)
    expect(await problems()).toEqual([])
    await pass(1)
    expect(await problems()).toEqual([standstill(3, '`hung` (2)')])
    await send('work.followed', 1)
    await pass(minute)
    expect(await problems()).toEqual([])
    await pass(4 * minute)
    expect(await problems()).toEqual([standstill(3, '`hung` (2)')])
  })

  test('counts the runs of all definitions if all slots of the process are held', async () => {
    const { pass, send, problems } = open([hung(), quick], 2)
    await send('work.requested', 2)
    await send('work.followed', 4)
    await pass(6 * minute)
    expect(await problems()).toEqual([standstill(4, '`hung` (2)')])
  })

  test('is good if a run waits only for its throttle', async () => {
    const throttle = { limit: 1, period: '1h' } as const
    const { pass, send, problems } = open([hung({ throttle, concurrency: undefined }), quick])
    await send('work.requested', 2)
    await pass(6 * minute)
    expect(await problems()).toEqual([])
  })

  test('is good if no run waits, or if a timeout will end an attempt', async () => {
    const alone = open([hung(), quick])
    await alone.send('work.requested', 2)
    await alone.pass(6 * minute)
    expect(await alone.problems()).toEqual([])
    const timed = open([hung({ timeout: '1h' }), quick])
    await timed.send('work.requested', 3)
    await timed.pass(6 * minute)
    expect(await timed.problems()).toEqual([])
  })
})
