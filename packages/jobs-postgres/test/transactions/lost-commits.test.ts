import { defineJob, defineWorkflow } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { Client, Pool } from 'pg'
import { expect, onTestFinished, test } from 'vitest'

import { openApp } from '../kit/open-app.ts'

const tenantId = 'acme'
const retry = { maxAttempts: 3, backoff: 'fixed', initialDelay: 1 } as const

/** Returns a pool that loses the connection of the first commit of a handler, before or after the server has it. */
function losingPool(connectionString: string, when: 'before' | 'after') {
  let isLost = false
  class LosingClient extends Client {
    #isOfApp = false
    override query(...args: unknown[]): never {
      const { text = args[0] } = args[0] as { text?: string }
      if (text === 'BEGIN ISOLATION LEVEL READ COMMITTED') this.#isOfApp = true
      const send = (): unknown => (super.query as (...all: unknown[]) => unknown)(...args)
      if (text !== 'COMMIT' || !this.#isOfApp || isLost) return send() as never
      isLost = true
      const lose = async (): Promise<never> => {
        if (when === 'after') await send()
        await this.end()
        throw Object.assign(new Error('lost'), { code: 'ECONNRESET' })
      }
      return lose() as never
    }
  }
  const pool = new Pool({ connectionString, max: 6, Client: LosingClient as never })
  pool.on('error', () => undefined)
  onTestFinished(() => pool.end())
  return pool
}

test.each([
  ['before', 2],
  ['after', 1],
] as const)('a handler runs again only if its commit was lost %s the server had it', async (when, attempts) => {
  const { effects, start, url } = await openApp()
  const job = defineJob({
    id: `handler-lost-${when}`,
    event: 'work.asked',
    retry,
    transaction: true,
    handler: async (_event, { transaction, attempt }) => void (await effects.add(transaction, `${attempt}`)),
  })
  const client = start([job], { pool: losingPool(url, when) })
  const { id } = await client.sendJob('work.asked', { tenantId })
  expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ attempts }] })
  expect(await effects.all()).toEqual([`${attempts}`])
})

test.each([
  ['before', 2],
  ['after', 1],
] as const)('a step runs again only if its commit was lost %s the server had it', async (when, attempts) => {
  const { effects, start, url } = await openApp()
  const flow = defineWorkflow({
    id: `step-lost-${when}`,
    event: 'work.asked',
    retry,
    transaction: true,
    steps: (_event, step) =>
      step.run('step', async ({ transaction, attempt }) => void (await effects.add(transaction, `${attempt}`))),
  })
  const client = start([flow], { pool: losingPool(url, when) })
  const { id } = await client.sendJob('work.asked', { tenantId })
  expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ steps: [{ attempts }] }] })
  expect(await effects.all()).toEqual([`${attempts}`])
})
