import { hostname } from 'node:os'

import { defineJob, type JobClient } from '@cgk-platform/jobs-core'
import type { AttemptDetails, WorkerInfo } from '@cgk-platform/jobs-core/inspect'
import '@cgk-platform/test-kit/work'
import { afterEach, describe, expect, test } from 'vitest'

import type { LocalConfig } from '../../src/provider/local-config.ts'
import { createTestEngine } from '../../src/testing/index.ts'
import { failUntil } from '../kit/fail-until.ts'
import { storeNames } from '../kit/stores.ts'
import { createTestFile } from '../kit/test-file.ts'

const startAt = new Date('2026-01-01T00:00:00Z')

async function attemptsOf(client: JobClient, id: string): Promise<readonly AttemptDetails[]> {
  return (await client.inspect.getJob(id)).runs[0]!.attemptHistory!
}

describe.for(storeNames)('the attempts of a run in %s', (store) => {
  const config = (): LocalConfig => (store === 'memory' ? {} : { store: 'sqlite', path: createTestFile().path })
  const closing: (() => Promise<unknown>)[] = []
  const createEngine = (...jobs: ReturnType<typeof defineJob>[]) => {
    const engine = createTestEngine({ jobs: jobs as never, config: config(), startAt })
    closing.push(() => engine.client.close({ timeout: 0 }))
    return engine
  }
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })

  test('have their times, errors and workers, also while the next one is due', async () => {
    const retry = { maxAttempts: 3, initialDelay: '1m', backoff: 'fixed' } as const
    const work = defineJob({ id: 'work', event: 'work.requested', retry, handler: failUntil(3) })
    const engine = createEngine(work as never)
    const { id } = await engine.client.sendJob('work.requested', { tenantId: 'acme' }, { delay: '10s' })
    const at = (seconds: number): Date => new Date(startAt.getTime() + seconds * 1000)
    await engine.advance('10s')
    const [{ id: worker, host, pid }] = (await engine.client.inspect.listWorkers()) as [WorkerInfo]
    expect({ host, pid }).toEqual({ host: hostname(), pid: process.pid })
    const first = {
      number: 1,
      dueAt: at(10),
      startedAt: at(10),
      endedAt: at(10),
      worker,
      error: expect.objectContaining({ message: 'attempt 1 failed' }),
    }
    expect(await attemptsOf(engine.client, id)).toEqual([first, { number: 2, dueAt: at(70) }])
    await engine.advance('2m')
    expect(await attemptsOf(engine.client, id)).toEqual([
      first,
      {
        number: 2,
        dueAt: at(70),
        startedAt: at(70),
        endedAt: at(70),
        worker,
        error: expect.objectContaining({ message: 'attempt 2 failed' }),
      },
      { number: 3, dueAt: at(130), startedAt: at(130), endedAt: at(130), worker },
    ])
  })

  test('are limited to the last one and 100 before it', async () => {
    const retry = { maxAttempts: 105, initialDelay: '1s', backoff: 'fixed' } as const
    const work = defineJob({ id: 'work', event: 'work.requested', retry, handler: failUntil(1000) })
    const engine = createEngine(work as never)
    const { id } = await engine.client.sendJob('work.requested', { tenantId: 'acme' })
    await engine.advance('3m')
    const numbers = (await attemptsOf(engine.client, id)).map(({ number }) => number)
    expect([numbers[0], numbers.at(-1), numbers.length]).toEqual([5, 105, 101])
  })

  test('of a cancelled run end with the one before the cancel', async () => {
    const retry = { maxAttempts: 3, initialDelay: '1m', backoff: 'fixed' } as const
    const work = defineJob({ id: 'work', event: 'work.requested', retry, handler: failUntil(3) })
    const engine = createEngine(work as never)
    const { id } = await engine.client.sendJob('work.requested', { tenantId: 'acme' })
    await engine.settle()
    await engine.client.cancelJob(id)
    expect((await attemptsOf(engine.client, id)).map(({ number }) => number)).toEqual([1])
  })
})

test.for(storeNames)('a tampered cursor is refused in %s', async (store) => {
  const engine = createTestEngine({
    jobs: [],
    config: store === 'memory' ? {} : { store: 'sqlite', path: createTestFile().path },
  })
  for (const cursor of ['', 'x', '01KDVDNA00893V0CXC8WVJQMX', "01KDVDNA00893V0CXC8WVJQMX'", '~'.repeat(26)]) {
    await expect(engine.client.inspect.listJobs({ cursor })).rejects.toMatchObject({ code: 'invalid_option' })
  }
  await engine.client.close({ timeout: 0 })
})
