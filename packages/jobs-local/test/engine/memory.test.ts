import { describe, expect, test } from 'vitest'

import { readsTypeScript, runModule, together } from '../kit/run-node.ts'

const maxBatchBytes = 10_000_000

/** Measures the heap growth while code runs in a separate process. `send(characters)` sends a payload of that size. */
async function grownBytesOf(code: string): Promise<number> {
  const ended = await runModule(
    `
    import { createJobClient, defineJob } from '@cgk-platform/jobs-local'
    const logger = { debug() {}, info() {}, warn() {}, error() {} }
    let number = 0
    // A slice of a longer string would share its memory.
    const send = (characters) => client.sendJob('webhook.process', { tenantId: 'acme', webhookId: 'w', payload: { text: Buffer.alloc(characters, 'x').toString() + number++ } })
    const heapUsed = async () => {
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
      gc()
      return process.memoryUsage().heapUsed
    }
    const handler = () => (globalThis.isBlocked ? new Promise(() => undefined) : undefined)
    const work = defineJob({ id: 'work', event: 'webhook.process', concurrency: 1, handler })
    const client = createJobClient({ provider: 'local', jobs: [work], logger, config: { retention: { count: 1000 } } })
    ${code}
    process.exit()
    `,
    { flags: ['--expose-gc'] },
  )
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return Number(ended.stdout)
}

describe.runIf(readsTypeScript)('fifty megabytes of payloads leave less than ten in memory', together, () => {
  test('after the jobs completed and are retained', async () => {
    const grown = await grownBytesOf(`
      const before = await heapUsed()
      for (let count = 0; count < 500; count++) await client.waitForJob((await send(100_000)).id)
      console.log((await heapUsed()) - before)
    `)
    expect(grown).toBeLessThan(maxBatchBytes)
  })

  test('after the jobs were cancelled while they waited behind one that never ends', async () => {
    const grown = await grownBytesOf(`
      globalThis.isBlocked = true
      await send(1)
      const before = await heapUsed()
      for (let count = 0; count < 20_000; count++) await client.cancelJob((await send(2500)).id)
      console.log((await heapUsed()) - before)
    `)
    expect(grown).toBeLessThan(maxBatchBytes)
  })
})
