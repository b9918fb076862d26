import { describe, expect, test } from 'vitest'

import { readsTypeScript } from '../kit/run-node.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'

const microseconds = (): number => Number(process.hrtime.bigint() / 1000n)

describe.runIf(readsTypeScript)('what one process has sent', { timeout: 90_000 }, () => {
  test('begins in another within 50 ms', async ({ onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const worker = start('await work([job(() => Number(process.hrtime.bigint() / 1000n))])')
    await worker.says('started')
    const waits: number[] = []
    for (let number = 0; number < 40; number++) {
      const sentAt = microseconds()
      const { runs } = await client.waitForJob(await ask(client, String(number)), { timeout: '60s' })
      waits.push((Number(runs[0]!.output) - sentAt) / 1000)
    }
    const median = waits.toSorted((one, other) => one - other)[20]!
    expect(median).toBeLessThan(50)
  })
})
