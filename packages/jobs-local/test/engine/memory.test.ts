import { describe, expect, test } from 'vitest'

import { readsTypeScript, runModule, together } from '../kit/run-node.ts'

const maxBatchBytes = 10_000_000

/** How much the heap grows while this code runs in a process of its own. `send(characters)` sends a payload as large. */
async function grownBytesOf(code: string): Promise<number> {
  const ended = await runModule(
    `
    import { createJobClient, defineJob } from '@cgk-platform/jobs-local'
    const logger = { debug() {}, info() {}, warn() {}, error() {} }
    let number = 0
    // Cut from a longer text it would be shared; so each has its own.
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

describe.runIf(readsTypeScript)('fifty megabytes of payloads leave less than ten behind', together, () => {
  test('of jobs that completed and are kept for reading', async () => {
    const grown = await grownBytesOf(`
      const before = await heapUsed()
      for (let count = 0; count < 500; count++) await client.waitForJob((await send(100_000)).id)
      console.log((await heapUsed()) - before)
    `)
    expect(grown).toBeLessThan(maxBatchBytes)
  })

  test('of jobs that were cancelled while they waited behind one that never ends', async () => {
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
