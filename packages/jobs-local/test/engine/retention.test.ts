import { defineJob, defineSignal, defineWorkflow, eventType } from '@cgk-platform/jobs-core'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { describe, expect, test } from 'vitest'

import type { LocalConfig } from '../../src/provider/local-config.ts'
import { createTestEngine, type TestEngine } from '../../src/testing/index.ts'
import { failUntil } from '../kit/fail-until.ts'
import { readsTypeScript, runModule } from '../kit/run-node.ts'

const tenantId = 'acme'
const work = defineJob({ id: 'work', event: 'work.requested', handler: () => undefined })

function createEngine(retention: LocalConfig['retention']): TestEngine {
  const fails = defineJob({ id: 'fails', event: 'work.followed', retry: { maxAttempts: 1 }, handler: failUntil(99) })
  return createTestEngine({ jobs: [work, fails], config: { retention } })
}

async function send(engine: TestEngine, event: 'work.requested' | 'work.followed' = 'work.requested'): Promise<string> {
  const { id } = await engine.client.sendJob(event, { tenantId })
  await engine.settle()
  return id
}

const isKept = (engine: TestEngine, id: string): Promise<boolean> =>
  engine.client.getJobStatus(id).then(
    () => true,
    (error: { code?: string }) => {
      expect(error.code).toBe('job_not_found')
      return false
    },
  )

describe('ended jobs', () => {
  test('are retained up to the maximum age', async () => {
    const engine = createEngine({ age: '1h' })
    const first = await send(engine)
    await engine.advance('30m')
    const second = await send(engine)
    await engine.advance('30m')
    const third = await send(engine)
    expect(await Promise.all([first, second, third].map((id) => isKept(engine, id)))).toEqual([true, true, true])
    await engine.advance(1)
    await send(engine)
    expect(await Promise.all([first, second, third].map((id) => isKept(engine, id)))).toEqual([false, true, true])
  })

  test('that have failed are retained for 30 days, however many others end, until they are retried', async () => {
    const engine = createEngine({ count: 2 })
    const failed = await send(engine, 'work.followed')
    await engine.advance('29d')
    for (let sent = 0; sent < 5; sent++) await send(engine)
    expect(await isKept(engine, failed)).toBe(true)
    const older = await send(engine, 'work.followed')
    await engine.advance('2d')
    await send(engine, 'work.followed')
    expect(await Promise.all([failed, older].map((id) => isKept(engine, id)))).toEqual([false, true])
  })

  test('that have failed have a count of their own', async () => {
    const engine = createEngine({ failed: { count: 1, age: '1h' } })
    const [first, second] = [await send(engine, 'work.followed'), await send(engine, 'work.followed')]
    expect(await Promise.all([first, second].map((id) => isKept(engine, id)))).toEqual([false, true])
  })

  test('that were deleted are not found by any operation', async () => {
    const engine = createEngine({ failed: { count: 1 } })
    const id = await send(engine, 'work.followed')
    await send(engine, 'work.followed')
    const { client } = engine
    for (const operation of [client.getJobStatus, client.cancelJob, client.retryJob, client.waitForJob]) {
      await expect(operation(id)).rejects.toMatchObject({
        code: 'job_not_found',
        message: expect.stringContaining('the engine still stores it'),
      })
    }
  })

  test('are retained for an open job whose workflow may wait for their signal later', async () => {
    const approval = defineSignal('approval', eventType<{ by: string }>())
    const workflow = defineWorkflow({
      id: 'approved',
      event: 'work.followed',
      steps: async (_event, step) => {
        await step.sleep('later', '1h')
        return step.waitForSignal('approval', approval, { timeout: '1h' })
      },
    })
    const logger = createRecordedLogger()
    const engine = createTestEngine({ jobs: [work, workflow], config: { retention: { count: 1 } }, logger })
    const id = await send(engine, 'work.followed')
    await engine.client.signalJob(id, approval, { by: 'Ada' })
    for (let sent = 0; sent < 3; sent++) await send(engine)
    await engine.advance('1h')
    expect((await engine.client.getJobStatus(id)).runs[0]!.output).toEqual({ by: 'Ada' })
    for (let sent = 0; sent < 3; sent++) await send(engine)
    expect((await engine.client.listJobs({ event: 'signal/approval' })).jobs).toEqual([])
    expect(logger.lines.filter(({ level }) => level === 'warn')).toEqual([])
  })

  test('do not displace open jobs', async () => {
    const engine = createEngine({ count: 1, age: 1 })
    const { id: scheduled } = await engine.client.scheduleJob('work.requested', { tenantId }, { delay: '30d' })
    for (let number = 0; number < 20; number++) await send(engine)
    await engine.advance('29d')
    await send(engine)
    expect((await engine.client.getJobStatus(scheduled)).state).toBe('scheduled')
    await engine.advance('1d')
    expect((await engine.client.getJobStatus(scheduled)).state).toBe('completed')
  })

  test('are not deleted between a retry and their second end', async () => {
    const engine = createEngine({ count: 1 })
    const retried = await send(engine, 'work.followed')
    const retrying = engine.client.retryJob(retried)
    const sending = Promise.all(Array.from({ length: 5 }, () => engine.client.sendJob('work.requested', { tenantId })))
    await retrying
    await sending
    await engine.settle()
    await engine.client.sendJob('work.requested', { tenantId })
    await engine.settle()
    const left = (await engine.client.listJobs()).jobs.map(({ id, state }) => [id === retried, state])
    expect(left).toEqual([
      [false, 'completed'],
      [true, 'failed'],
    ])
  })

  test('cannot have a retention count of 0, because a caller that waits for a job must find it', () => {
    expect(() => createEngine({ count: 0 })).toThrow('`retention.count` is `0`. Pass a whole number of 1 or more.')
  })
})

describe.runIf(readsTypeScript)('a long-running process', () => {
  test('does not grow with 200,000 jobs, each with its own tenant and key', async () => {
    const { stdout, stderr } = await runModule(
      `
      import { createJobClient, defineJob, NonRetryableError } from '@cgk-platform/jobs-local'
      let [ended, whenEnded] = [0, () => undefined]
      const work = defineJob({
        id: 'work',
        event: 'analytics.track',
        concurrency: { perTenant: 1 },
        handler: ({ payload }) => {
          if (++ended % 2000 === 0) setImmediate(whenEnded)
          if (payload.event === 'fails') throw new NonRetryableError('on purpose')
        },
      })
      const client = createJobClient({ provider: 'local', jobs: [work], config: { retention: { count: 100, failed: { count: 100 } } }, logger: { debug() {}, info() {}, warn() {}, error() {} } })
      const run = async (count) => {
        for (let sent = 0; sent < count; sent += 2000) {
          const all = new Promise((resolve) => (whenEnded = resolve))
          await client.sendJobs(Array.from({ length: 2000 }, (_, index) => ({
            event: 'analytics.track',
            payload: { tenantId: 'tenant-' + ended + '-' + index, event: index % 10 === 0 ? 'fails' : 'works' },
            options: { idempotencyKey: 'key-' + ended + '-' + index, idempotencyTtl: '1s' },
          })))
          await all
        }
        // The keys expire. The next sends remove them.
        await new Promise((resolve) => setTimeout(resolve, 1000))
        const keyed = { idempotencyKey: 'key', idempotencyTtl: '1s' }
        for (let sent = 0; sent < 2000; sent++) {
          await client.sendJob('analytics.page_view', { tenantId: 'tenant', url: '/' }, keyed)
        }
        gc()
        return process.memoryUsage().heapUsed
      }
      const before = await run(20_000)
      const after = await run(180_000)
      await client.close()
      const { jobs } = await client.listJobs({ limit: 1000 })
      console.log(JSON.stringify({ ended, kept: jobs.length, grownBytes: after - before }))
      `,
      { flags: ['--expose-gc'] },
    )
    expect(stderr).toBe('')
    const { ended, kept, grownBytes } = JSON.parse(stdout) as Record<string, number>
    expect([ended, kept]).toEqual([200_000, 200])
    expect(grownBytes).toBeLessThan(180_000 * 10) // one leaked object for each job would exceed this
  })
})

test('a wait with `since` warns if it may have missed an event whose job was deleted', async () => {
  const logger = createRecordedLogger()
  const waits = defineWorkflow({
    id: 'waits',
    event: 'work.requested',
    steps: async (_event, step) => {
      await step.sleep('nap', '1h')
      return step.waitForEvent('followed', 'work.followed', { since: 'start', timeout: '1h' })
    },
  })
  const engine = createTestEngine({ jobs: [waits], config: { retention: { count: 1 } }, logger })
  await send(engine)
  for (let count = 0; count < 3; count++) await engine.client.sendJob('work.counted', { tenantId, number: count })
  await engine.advance('2h')
  const warnings = logger.lines.filter(({ message }) => message.includes('may have missed'))
  expect(warnings).toMatchObject([{ message: expect.stringMatching(/^The wait `followed` .* `work\.followed`: jobs/) }])
})
