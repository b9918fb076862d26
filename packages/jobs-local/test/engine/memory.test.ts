import { describe, expect, test } from 'vitest'

import { readsTypeScript, runModule, together } from '../kit/run-node.ts'

const maxBatchBytes = 10_000_000

/** Measures the heap growth while code runs in a separate process. `send(characters)` sends a payload of that size. */
async function grownBytesOf(code: string): Promise<number> {
  const ended = await runModule(
    `
    import { createJobClient, defineEvents, defineJob, eventType } from '@cgk-platform/jobs-local'
    const logger = { debug() {}, info() {}, warn() {}, error() {} }
    let number = 0
    // A slice of a longer string would share its memory.
    const send = (characters, key) => client.sendJob(key ? 'webhook.debounced' : 'webhook.process', { key, tenantId: 'acme', webhookId: 'w', payload: { text: Buffer.alloc(characters, 'x').toString() + number++ } })
    const heapUsed = async () => {
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
      gc()
      return process.memoryUsage().heapUsed
    }
    const handler = () => (globalThis.isBlocked ? new Promise(() => undefined) : undefined)
    const work = defineJob({ id: 'work', event: 'webhook.process', concurrency: 1, handler })
    defineEvents({ 'webhook.debounced': eventType() })
    const debounced = defineJob({ id: 'debounced', event: 'webhook.debounced', debounce: { period: '1s', key: 'key' }, handler: () => undefined })
    const client = createJobClient({ provider: 'local', jobs: [work, debounced], logger, config: { retention: { count: 1000 } } })
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

  test('after the jobs were superseded', async () => {
    const grown = await grownBytesOf(`
      await send(1, true)
      const before = await heapUsed()
      for (let count = 0; count < 500; count++) await send(100_000, true)
      console.log((await heapUsed()) - before)
    `)
    expect(grown).toBeLessThan(maxBatchBytes)
  })
})

test.runIf(readsTypeScript)('debounced jobs of 20,000 keys that were cancelled or ran leave nothing', async () => {
  const grown = await grownBytesOf(`
    const keys = Array.from({ length: 20_000 }, (_, number) => 'key ' + number)
    const before = await heapUsed()
    for (const key of keys) await client.cancelJob((await send(1, 'cancelled ' + key)).id)
    let last
    for (const key of keys) last = await send(1, key)
    await client.waitForJob(last.id)
    console.log((await heapUsed()) - before)
  `)
  expect(grown).toBeLessThan(maxBatchBytes / 2)
})
