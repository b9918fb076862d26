import { type Definition, defineBatchJob } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { createTestEngine } from '../../src/testing/index.ts'

test('a handler that outlives its attempt frees its slot once, also while its run is in the batch of another one', async () => {
  const open: (() => void)[] = []
  let calls = 0
  const importWork = defineBatchJob({
    id: 'import',
    event: 'work.requested',
    maxSize: 2,
    maxWait: '1s',
    timeout: '1s',
    concurrency: 2,
    retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: '100ms' },
    // Ignores its signal.
    handler: async (events) => {
      calls++
      await new Promise<void>((resolve) => open.push(resolve))
      return events.map(() => undefined)
    },
  }) as unknown as Definition
  const engine = createTestEngine({ jobs: [importWork] })
  const send = (tenantId: string) => engine.client.sendJob('work.requested', { tenantId })

  const first = await send('acme')
  await engine.advance(1900)
  await send('acme') // leads the next batch, which the first job joins for its second attempt
  await engine.advance(500)
  expect([calls, open.length]).toEqual([2, 2])
  expect((await engine.client.getJobStatus(first.id)).runs[0]).toMatchObject({ attempts: 2, state: 'running' })
  open[0]!()
  await engine.advance(1)
  open[1]!()
  await engine.advance(1)
  expect((await engine.client.getJobStatus(first.id)).state).toBe('completed')

  for (const tenantId of ['one', 'two', 'three']) await send(tenantId)
  await engine.advance(1500)
  expect(open).toHaveLength(4)
  await engine.close()
})
