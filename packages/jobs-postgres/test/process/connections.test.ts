import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { freePort } from '@cgk-platform/test-kit/embedded-postgres'
import { defineJob } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { expect, it, onTestFinished, vi } from 'vitest'

import { bareEnvironment } from '../../../../vitest.environment.ts'
import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import { openDatabase, type TestDatabase } from '../kit/open-database.ts'

/** Returns the URL of a database, with a name for connections, and a function that counts those. */
function named({ url, schema, pool }: TestDatabase) {
  const sql = 'SELECT count(*)::int4 AS count FROM pg_stat_activity WHERE application_name = $1'
  return {
    connectionString: `${url}?application_name=${schema}`,
    count: async (): Promise<number> => (await pool.query<{ count: number }>(sql, [schema])).rows[0]!.count,
  }
}

/** Runs a program in a process of its own. Returns what it writes. */
async function runProgram(program: string): Promise<string> {
  const flags = ['--conditions=@cgk-platform/source', '--no-warnings', '--input-type=module', '--eval', program]
  const options = { cwd: import.meta.dirname, env: bareEnvironment() }
  return (await promisify(execFile)(process.execPath, flags, options)).stdout
}

it('a process that only sends ends by itself, without closing its client', async () => {
  await using opened = await openDatabase()
  const { url, schema } = opened
  const program = `
    import { createJobClient } from '@cgk-platform/jobs-postgres'
    const client = createJobClient({ config: ${JSON.stringify({ connectionString: url, schema, role: 'send' })} })
    const { id } = await client.sendJob('order.created', { tenantId: 'acme', orderId: 'o1' })
    console.log(id)
  `
  const stdout = await runProgram(program)
  expect(await opened.database.query('SELECT id FROM {schema}.jobs')).toEqual([{ id: stdout.trim() }])
})

it('a process whose database cannot be reached ends by itself', async () => {
  const config = { connectionString: `postgres://postgres:password@127.0.0.1:${await freePort()}/postgres` }
  const program = `
    import { createJobClient, defineJob } from '@cgk-platform/jobs-postgres'
    defineJob({ id: 'ship', event: 'order.created', handler: () => undefined })
    const client = createJobClient({ config: ${JSON.stringify(config)} })
    const problem = await client.sendJob('order.created', { tenantId: 'acme', orderId: 'o1' }).catch(({ code }) => code)
    console.log(problem)
  `
  expect((await runProgram(program)).trim()).toBe('send_failed')
})

it('a process that closes its client right after a send does what follows', async () => {
  await using opened = await openDatabase()
  const { url, schema } = opened
  const program = `
    import { createJobClient } from '@cgk-platform/jobs-postgres'
    for (let waitMs = 0; waitMs < 12; waitMs++) {
      const client = createJobClient({ config: ${JSON.stringify({ connectionString: url, schema, role: 'send' })} })
      await client.sendJob('order.created', { tenantId: 'acme', orderId: 'o1' })
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      await client.close()
    }
    console.log('closed')
  `
  expect((await runProgram(program)).trim()).toBe('closed')
})

it('a process that only sends has one connection', async () => {
  await using opened = await openDatabase()
  const { connectionString, count } = named(opened)
  const provider = createPostgresProvider({ connectionString, schema: opened.schema, role: 'send' })
  const client = createClient({ load: () => provider }, { jobs: [] })
  const sends = Array.from({ length: 50 }, () =>
    client.sendJob('order.created', { tenantId: 'acme', orderId: 'o1' }).then(count),
  )
  expect(Math.max(...(await Promise.all(sends)))).toBe(1)
  await client.close()
})

it('a process that only sends does not listen, and closes its connection after ten idle seconds', async () => {
  await using opened = await openDatabase()
  const { connectionString, count } = named(opened)
  const provider = createPostgresProvider({ connectionString, schema: opened.schema, role: 'send' })
  const client = createClient({ load: () => provider }, { jobs: [] })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  await client.sendJob('order.created', { tenantId: 'acme', orderId: 'o1' })
  const channels = "SELECT query FROM pg_stat_activity WHERE application_name = $1 AND query LIKE 'LISTEN%'"
  expect((await opened.pool.query(channels, [opened.schema])).rows).toEqual([])
  expect(await count()).toBe(1)
  const countLater = (): Promise<number> => {
    vi.advanceTimersByTime(10_000)
    return count()
  }
  await expect.poll(countLater).toBe(0)
  vi.useRealTimers()
  await client.sendJob('order.created', { tenantId: 'acme', orderId: 'o2' })
  expect(await count()).toBe(1)
  await client.close()
})

it('a process that only sends sends again after its connection broke while it was suspended', async () => {
  await using opened = await openDatabase()
  const { connectionString, count } = named(opened)
  const provider = createPostgresProvider({ connectionString, schema: opened.schema, role: 'send' })
  const client = createClient({ load: () => provider }, { jobs: [] })
  await client.sendJob('order.created', { tenantId: 'acme', orderId: 'o1' })
  const terminate = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1'
  await opened.pool.query(terminate, [opened.schema])
  const { id } = await client.sendJob('order.created', { tenantId: 'acme', orderId: 'o2' })
  expect(await opened.database.query('SELECT id FROM {schema}.jobs WHERE id = $1', [id])).toEqual([{ id }])
  expect(await count()).toBe(1)
  await client.close()
})

it('a worker has at most four connections, and none in use while handlers run, except to listen', async () => {
  await using opened = await openDatabase()
  const { connectionString, count } = named(opened)
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  onTestFinished(() => release())
  const counts: number[] = []
  let begun = 0
  const work = defineJob({
    id: 'work',
    event: 'order.created',
    handler: async () => {
      begun++
      counts.push(await count())
      await released
    },
  })
  const provider = createPostgresProvider({ connectionString, schema: opened.schema })
  const client = createClient({ load: () => provider }, { jobs: [work] })
  await client.start()
  const jobs = await Promise.all(
    Array.from({ length: 60 }, () => client.sendJob('order.created', { tenantId: 'acme', orderId: 'o1' })),
  )
  await expect.poll(() => begun).toBe(60)
  const inTransactions = `SELECT count(*)::int4 AS count FROM pg_stat_activity
    WHERE application_name = $1 AND state LIKE 'idle in transaction%'`
  await expect
    .poll(async () => (await opened.pool.query<{ count: number }>(inTransactions, [opened.schema])).rows[0]!.count)
    .toBe(0)
  release()
  await Promise.all(jobs.map(({ id }) => client.waitForJob(id)))
  expect(Math.max(...counts)).toBeLessThanOrEqual(4)
  await client.close()
})
