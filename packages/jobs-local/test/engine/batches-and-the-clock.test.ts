import { type Definition, defineBatchJob } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { createJumpingEngine } from '../kit/jumping-engine.ts'
import { storeNames } from '../kit/stores.ts'
import { createTestFile } from '../kit/test-file.ts'

const hourMs = 3_600_000

test.each(storeNames.flatMap((store) => [hourMs, -hourMs].map((byMs) => [store, byMs] as const)))(
  'in %s, an event waits as long for its batch if the clock is set by %i ms',
  async (store, byMs) => {
    const calls: number[] = []
    const job = defineBatchJob({
      id: 'import',
      event: 'work.requested',
      maxSize: 10,
      maxWait: '10s',
      handler: () => void calls.push(engine.elapsedMs()),
    }) as unknown as Definition
    const config = store === 'memory' ? {} : { path: createTestFile().path }
    const engine = createJumpingEngine({ startAt: new Date('2026-03-01T12:00:00Z'), jobs: [job], config })
    await engine.client.sendJob('work.requested', { tenantId: 'acme' })
    await engine.advance(4000)
    engine.jump(byMs)
    await engine.client.sendJob('work.requested', { tenantId: 'globex' })
    await engine.advance(5999)
    expect(calls).toEqual([])
    await engine.advance(60_000)
    expect(calls).toEqual([10_000, 14_000])
    await engine.client.close()
  },
)
