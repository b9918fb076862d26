import { defineJob, defineWorkflow } from '@cgk-platform/jobs-core'
import { createDeferred } from '@cgk-platform/test-kit/deferred'
import '@cgk-platform/test-kit/work'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool, type PoolClient } from 'pg'
import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { type AppClient, openApp } from '../kit/open-app.ts'

const tenantId = 'acme'
const retry = { maxAttempts: 3, backoff: 'fixed', initialDelay: 1 } as const

describe('a handler with a transaction', () => {
  test('commits its effects in the transaction that records its completion', async () => {
    const { effects, start, pool, schema } = await openApp()
    const job = defineJob({
      id: 'completes',
      event: 'work.asked',
      transaction: true,
      handler: async (_event, { transaction }) => {
        await effects.add(transaction, 'a')
        return { done: true }
      },
    })
    const client = start([job])
    const { id } = await client.sendJob('work.asked', { tenantId })
    expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: { done: true } }] })
    expect(await effects.all()).toEqual(['a'])
    const { rows } = await pool.query(
      `SELECT r.xmin = e.xmin AS is_same FROM ${schema}.runs r, ${schema}.effects e WHERE r.job = $1`,
      [id],
    )
    expect(rows).toEqual([{ is_same: true }])
  })

  test('that throws, or whose commit is rejected, is rolled back and retried', async () => {
    const { effects, start } = await openApp()
    const job = defineJob({
      id: 'throws',
      event: 'work.asked',
      retry,
      transaction: true,
      handler: async (_event, { transaction, attempt }) => {
        await effects.add(transaction, `${attempt}${attempt === 2 ? '!' : ''}`)
        if (attempt === 1) throw new Error('the first attempt')
      },
    })
    const client = start([job])
    const { id } = await client.sendJob('work.asked', { tenantId })
    expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ attempts: 3 }] })
    expect(await effects.all()).toEqual(['3'])
    const { runs } = (await client.inspect.getJob(id))!
    expect(runs[0]!.attemptHistory).toMatchObject([
      { error: { message: 'the first attempt' } },
      { error: { message: 'rejected at the commit' } },
      {},
    ])
  })

  test('passes a client that Drizzle can use', async () => {
    const { effects, start, schema } = await openApp()
    const job = defineJob({
      id: 'drizzles',
      event: 'work.asked',
      transaction: true,
      handler: async (_event, { transaction }) => {
        const db = drizzle(transaction as unknown as PoolClient)
        await db.transaction((nested) => nested.execute(`INSERT INTO ${schema}.effects VALUES ('a')`)).catch(String)
        await db.execute(`INSERT INTO ${schema}.effects VALUES ('b')`)
      },
    })
    const client = start([job])
    const { id } = await client.sendJob('work.asked', { tenantId })
    expect(await client.waitForJob(id)).toMatchObject({ state: 'completed' })
    expect(await effects.all()).toEqual(['b'])
  })

  test('that fails is rolled back before `onFailure` is called', async () => {
    const { effects, start, pool, schema } = await openApp()
    const job = defineJob({
      id: 'fails',
      event: 'work.asked',
      retry: { maxAttempts: 1 },
      transaction: true,
      handler: async (_event, { transaction }) => {
        await transaction.query(`LOCK TABLE ${schema}.effects`)
        throw new Error('no')
      },
      onFailure: (_error, _event, context) => {
        expect(context).not.toHaveProperty('transaction')
        return effects.add(pool, 'reported')
      },
    })
    const client = start([job])
    const { id } = await client.sendJob('work.asked', { tenantId })
    expect(await client.waitForJob(id)).toMatchObject({ state: 'failed' })
    expect(await effects.all()).toEqual(['reported'])
  })

  test('commits nothing once its worker has lost the lease', async () => {
    const { effects, start, database } = await openApp()
    const ends: (() => void)[] = []
    const job = defineJob({
      id: 'loses-its-lease',
      event: 'work.asked',
      transaction: true,
      handler: async (_event, { transaction, attempt }) => {
        await effects.add(transaction, `${attempt}`)
        await new Promise<void>((resolve) => ends.push(resolve))
      },
    })
    const client = start([job])
    const { id } = await client.sendJob('work.asked', { tenantId })
    await vi.waitFor(() => expect(ends).toHaveLength(1))
    // As if another worker had taken the run over, before this one learns of it.
    await database.query('UPDATE {schema}.runs SET worker = 1')
    ends[0]!()
    await effects.settled()
    expect(await effects.all()).toEqual([])
    expect(await client.getJobStatus(id)).toMatchObject({ state: 'running' })
  })

  test('cannot end the transaction itself, nor use it afterwards', async () => {
    const { effects, start } = await openApp()
    const problems: string[] = []
    let late: AppClient | undefined
    const noted = (promise: Promise<unknown>): Promise<unknown> =>
      promise.catch((error: Error) => problems.push(error.message))
    const job = defineJob({
      id: 'commits',
      event: 'work.asked',
      transaction: true,
      handler: async (_event, { transaction }) => {
        late = transaction
        for (const sql of [' commit', '/* a */ -- b\nROLLBACK', 'BEGIN', "PREPARE TRANSACTION 'a'"])
          await noted(transaction.query(sql))
        await transaction.query('SAVEPOINT a')
        await effects.add(transaction, 'gone')
        await transaction.query('ROLLBACK TO SAVEPOINT a')
        await effects.add(transaction, 'a')
      },
    })
    const client = start([job])
    const { id } = await client.sendJob('work.asked', { tenantId })
    expect(await client.waitForJob(id)).toMatchObject({ state: 'completed' })
    await noted(effects.add(late!, 'late'))
    const refused = (sql: string): string => expect.stringContaining(`refuses \`${sql}\``) as string
    expect(problems).toEqual([
      ...['commit', 'ROLLBACK', 'BEGIN', 'PREPARE TRANSACTION'].map(refused),
      expect.stringContaining('`transaction` has ended'),
    ])
    expect(await effects.all()).toEqual(['a'])
  })

  const texts = ['SELECT 1; COMMIT', 'SELECT 1; COMMIT; BEGIN', 'SELECT 1; ROLLBACK; START TRANSACTION']
  test.each(texts)('that ends it among several statements fails by name: %s', async (text) => {
    const { start } = await openApp()
    const job = defineJob({
      id: 'ends-it',
      event: 'work.asked',
      retry: { maxAttempts: 1 },
      transaction: true,
      handler: async (_event, { transaction }) => void (await transaction.query(text)),
    })
    const client = start([job])
    const { id } = await client.sendJob('work.asked', { tenantId })
    const message = expect.stringContaining('`transaction` was ended by its code') as string
    expect(await client.waitForJob(id)).toMatchObject({ state: 'failed', runs: [{ error: { message } }] })
  })

  test('can discard prepared statements, also on a connection that an earlier one has used', async () => {
    const { effects, start, url } = await openApp()
    const job = defineJob({
      id: 'discards',
      event: 'work.asked',
      retry,
      transaction: true,
      handler: async (_event, { transaction, jobId }) => {
        await effects.add(transaction, jobId)
        await transaction.query('DEALLOCATE ALL')
      },
    })
    const client = start([job], { connectionString: url, transactions: 1 })
    for (const _ of [1, 2]) {
      const { id } = await client.sendJob('work.asked', { tenantId })
      expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ attempts: 1 }] })
    }
    expect(await effects.all()).toHaveLength(2)
  })

  test('whose process is suspended before the commit does not keep its locks', async () => {
    const { pool, schema, start } = await openApp()
    await start([]).healthCheck() // creates the tables
    const client = await pool.connect()
    await client.query('BEGIN')
    const none = Array.from({ length: 11 }, () => "'{}'").join(', ')
    await client.query(`SELECT * FROM ${schema}.end_runs(${none}, true)`)
    const { rows } = await client.query('SHOW idle_in_transaction_session_timeout')
    await client.query('ROLLBACK')
    client.release()
    expect(rows).toEqual([{ idle_in_transaction_session_timeout: '10s' }])
  })

  test('that is stopped while it runs has no effects, whatever it does then', async () => {
    const { effects, start } = await openApp()
    const [stopped, ended] = [createDeferred(), createDeferred<unknown>()]
    const job = defineJob({
      id: 'times-out',
      event: 'work.asked',
      retry: { maxAttempts: 1 },
      timeout: 50,
      transaction: true,
      handler: async (_event, { transaction }) => {
        await effects.add(transaction, 'a')
        await stopped.promise
        ended.resolve(await effects.add(transaction, 'b').catch((error: unknown) => error))
      },
    })
    const client = start([job])
    const { id } = await client.sendJob('work.asked', { tenantId })
    expect(await client.waitForJob(id)).toMatchObject({ state: 'failed', runs: [{ error: { code: 'job_timeout' } }] })
    stopped.resolve()
    expect(await ended.promise).toMatchObject({ code: 'invalid_option' })
    expect(await effects.all()).toEqual([])
  })

  test('is one of at most `transactions` at once; others wait', async () => {
    const { effects, start, url: connectionString } = await openApp()
    let begun = 0
    const ends: (() => void)[] = []
    const job = defineJob({
      id: 'is-bounded',
      event: 'work.asked',
      transaction: true,
      handler: async ({ payload }, { transaction }) => {
        begun++
        await effects.add(transaction, `${payload.number}`)
        await new Promise<void>((resolve) => ends.push(resolve))
      },
    })
    const client = start([job], { connectionString, transactions: 2 })
    const sent = await Promise.all([1, 2, 3, 4].map((number) => client.sendJob('work.asked', { tenantId, number })))
    const states = () => Promise.all(sent.map(async ({ id }) => (await client.getJobStatus(id)).state))
    await vi.waitFor(async () => expect(await states()).toEqual(Array(4).fill('running')))
    await vi.waitFor(() => expect(ends).toHaveLength(2))
    expect(begun).toBe(2)
    await vi.waitFor(async () => {
      for (const end of ends.splice(0)) end()
      expect(await states()).toEqual(Array(4).fill('completed'))
    })
    expect(await effects.all()).toEqual(['1', '2', '3', '4'])
  })

  test('that waits for a transaction is cancelled at once', async () => {
    const { start, url: connectionString } = await openApp()
    const held = createDeferred()
    const begun: number[] = []
    const job = defineJob({
      id: 'is-cancelled',
      event: 'work.asked',
      transaction: true,
      handler: async ({ payload }) => {
        begun.push(payload.number!)
        await held.promise
      },
    })
    const client = start([job], { connectionString, transactions: 1 })
    const first = await client.sendJob('work.asked', { tenantId, number: 1 })
    await vi.waitFor(() => expect(begun).toEqual([1]))
    const second = await client.sendJob('work.asked', { tenantId, number: 2 })
    await vi.waitFor(async () => expect(await client.getJobStatus(second.id)).toMatchObject({ state: 'running' }))
    await client.cancelJob(second.id)
    expect(await client.waitForJob(second.id)).toMatchObject({ state: 'cancelled' })
    held.resolve()
    expect(await client.waitForJob(first.id)).toMatchObject({ state: 'completed' })
    expect(begun).toEqual([1])
  })

  test('resumes a workflow that waits for its job, and frees the slot of a limit', async () => {
    const { effects, start } = await openApp()
    const job = defineJob({
      id: 'is-awaited',
      event: 'work.asked',
      concurrency: 1,
      transaction: true,
      handler: async ({ payload }, { transaction }) => {
        await effects.add(transaction, `${payload.number}`)
        return payload.number
      },
    })
    const flow = defineWorkflow({
      id: 'flow',
      event: 'work.requested',
      steps: async (_event, step) => {
        const numbers = [1, 2, 3]
        return Promise.all(numbers.map((number) => step.runJob(`job-${number}`, job, { tenantId, number })))
      },
    })
    const client = start([job, flow])
    const { id } = await client.sendJob('work.requested', { tenantId })
    expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: [1, 2, 3] }] })
    expect(await effects.all()).toEqual(['1', '2', '3'])
  })

  test('is refused with a pool that has no connection for it', async () => {
    const { start, url: connectionString } = await openApp()
    const pool = new Pool({ connectionString, max: 2 })
    onTestFinished(() => pool.end())
    const job = defineJob({ id: 'is-refused', event: 'work.asked', transaction: true, handler: () => undefined })
    const client = start([job], { pool })
    await expect(client.start()).rejects.toMatchObject({
      code: 'unsupported_feature',
      feature: 'transaction of a handler',
      message: expect.stringContaining('Raise its `max` to at least 3.') as string,
    })
  })
})
