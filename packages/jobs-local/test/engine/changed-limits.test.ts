import { defineBatchJob, defineJob } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import { createTestEngine, type TestEngine } from '../../src/testing/index.ts'
import { removeDefinitions } from '../kit/remove-definitions.ts'
import { createTestFile } from '../kit/test-file.ts'

const tenantId = 'acme'

describe.each(['memory', 'file'])('a definition that changes while its runs wait, in %s', (kind) => {
  let engine: TestEngine

  const define = (
    options: Pick<Parameters<typeof defineJob<'work.requested'>>[0], 'handler' | 'concurrency' | 'throttle'>,
  ) => defineJob<'work.requested'>({ id: 'work', event: 'work.requested', ...options })
  const send = async (): Promise<string> => (await engine.client.sendJob('work.requested', { tenantId })).id

  beforeEach(() => {
    const config = kind === 'memory' ? {} : { config: { store: 'sqlite' as const, path: createTestFile().path } }
    engine = createTestEngine({ ...config, logger: createRecordedLogger(), maxRealWaitMs: 5 })
  })
  afterEach(async () => {
    await engine.close()
    removeDefinitions()
  })

  test('a higher throttle applies at once', async () => {
    const starts: number[] = []
    const begin = engine.now().getTime()
    const handler = (): void => void starts.push(engine.now().getTime() - begin)
    define({ throttle: { limit: 1, period: '1d' }, handler })
    for (let job = 0; job < 3; job++) await send()
    await engine.advance('1s')
    expect(starts).toEqual([0])
    define({ throttle: { limit: 1, period: '1s' }, handler })
    await engine.advance('10s')
    expect(starts).toEqual([0, 2000, 3000])
  })

  test('a higher concurrency applies at once', async () => {
    let running = 0
    const handler = (): Promise<never> => {
      running++
      return new Promise(() => undefined)
    }
    define({ concurrency: 1, handler })
    for (let job = 0; job < 3; job++) await send()
    await engine.settle()
    expect(running).toBe(1)
    define({ concurrency: 3, handler })
    await engine.settle()
    expect(running).toBe(3)
  })

  test('a job that becomes a batch job leaves no run behind', async () => {
    const hold = createDeferred()
    define({ concurrency: 1, handler: () => hold.promise })
    const ids = [await send(), await send()]
    await engine.settle()
    const batch = { id: 'work', event: 'work.requested', concurrency: 1, maxSize: 10, maxWait: '1s' } as const
    defineBatchJob({ ...batch, handler: () => undefined })
    ids.push(await send())
    await engine.advance('2s')
    hold.resolve()
    await engine.advance('2s')
    for (const id of ids) expect((await engine.client.getJobStatus(id)).state).toBe('completed')
  })
})
