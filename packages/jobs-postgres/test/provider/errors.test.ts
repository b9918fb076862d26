import { defineJob } from '@cgk-platform/jobs-core'
import { SendFailedError, StoreError } from '@cgk-platform/jobs-core/errors'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { freePort } from '@cgk-platform/test-kit/embedded-postgres'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { Pool } from 'pg'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import type { OpenedDatabase } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'
import { migrations } from '../../src/database/schema.ts'
import type { PostgresConfig } from '../../src/provider/postgres-config.ts'
import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import { openDatabase, type TestDatabase } from '../kit/open-database.ts'

/** Sends a job. Returns the errors. */
async function failedSend(config: PostgresConfig): Promise<{ error: SendFailedError; cause: StoreError }> {
  const provider = createPostgresProvider({ role: 'send', ...config })
  const client = createClient({ load: () => provider }, {})
  onTestFinished(() => client.close({ timeout: 0 }))
  const sent = client.sendJob('order.created', { tenantId: 'acme', orderId: 'o1' })
  const error = (await sent.then(
    () => new Error('It was sent.'),
    (reason: unknown) => reason,
  )) as SendFailedError
  expect(error).toBeInstanceOf(SendFailedError)
  expect(error.cause).toBeInstanceOf(StoreError)
  return { error, cause: error.cause as StoreError }
}

const placeOf = ({ url, schema }: TestDatabase) => ({ connectionString: url, schema })

describe('a send that PostgreSQL refuses fails with the reason, the remedy, and whether the job may exist', () => {
  it('with a wrong password, which it does not show', async () => {
    await using opened = await openDatabase()
    const { error, cause } = await failedSend({
      ...placeOf(opened),
      connectionString: opened.url.replace(':password', ':secret'),
    })
    expect(cause).toMatchObject({ problem: 'unauthorized', message: expect.stringContaining('refuses the user') })
    expect(error.accepted).toBe('no')
    expect(error.message).not.toContain('secret')
  })

  it('with TLS where there is none', async () => {
    await using opened = await openDatabase()
    const { error, cause } = await failedSend({ ...placeOf(opened), connectionString: `${opened.url}?sslmode=require` })
    expect(cause).toMatchObject({ problem: 'unreachable', message: expect.stringContaining('sslmode=verify-full') })
    expect(error.accepted).toBe('no')
  })

  it('if the server rejects the statement', async () => {
    await using opened = await openDatabase()
    await opened.database.query('ALTER TABLE {schema}.jobs ADD CONSTRAINT refused CHECK (tenant <> $$acme$$)')
    const { error, cause } = await failedSend(placeOf(opened))
    expect(cause).toMatchObject({ problem: 'rejected', message: expect.stringContaining('refused') })
    expect(error.accepted).toBe('no')
  })

  it('without a server', async () => {
    const connectionString = `postgres://postgres:password@127.0.0.1:${await freePort()}/postgres`
    const { error, cause } = await failedSend({ connectionString })
    expect(cause.problem).toBe('unreachable')
    expect(error.accepted).toBe('no')
  })

  it('without the database', async () => {
    await using opened = await openDatabase()
    const connectionString = opened.url.replace(/\w+$/, 'missing')
    const { cause } = await failedSend({ connectionString })
    expect(cause).toMatchObject({ problem: 'not found', message: expect.stringContaining('does not exist') })
  })

  it('in a database that cannot store every text', async () => {
    await using opened = await openDatabase()
    const { pool, schema, url } = opened
    await pool.query(`CREATE DATABASE ${schema} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'`)
    onTestFinished(async () => {
      const admin = new Pool({ connectionString: url, max: 1 })
      await admin.query(`DROP DATABASE ${schema} WITH (FORCE)`)
      await admin.end()
    })
    const { error, cause } = await failedSend({ connectionString: url.replace(/\w+$/, schema) })
    expect(cause).toMatchObject({ problem: 'not ours', message: expect.stringContaining('encoding `LATIN1`') })
    expect(error.accepted).toBe('no')
  })

  it('without a table', async () => {
    await using opened = await openDatabase()
    await opened.database.query('DROP TABLE {schema}.arrivals')
    const { error, cause } = await failedSend(placeOf(opened))
    expect(cause).toMatchObject({ problem: 'not found', message: expect.stringContaining('lacks a table') })
    expect(error.accepted).toBe('no')
  })

  it('on a server that takes no writes', async () => {
    await using opened = await openDatabase()
    const readOnly = `${opened.url}?options=-c%20default_transaction_read_only%3Don`
    const { error, cause } = await failedSend({ ...placeOf(opened), connectionString: readOnly })
    expect(cause.problem).toBe('read-only')
    expect(error.accepted).toBe('no')
    const provider = createPostgresProvider({ ...placeOf(opened), connectionString: readOnly, role: 'send' })
    const client = createClient({ load: () => provider }, {})
    const message = expect.stringContaining('connect to the primary server')
    expect(await client.healthCheck()).toMatchObject({
      ok: false,
      checks: expect.arrayContaining([expect.objectContaining({ message })]),
    })
    await client.close()
  })

  it('with tables of a newer version', async () => {
    await using opened = await openDatabase()
    const newer = migrations.length + 1
    await opened.database.query('INSERT INTO {schema}.versions VALUES ($1, $1)', [newer])
    const { cause } = await failedSend(placeOf(opened))
    expect(cause).toMatchObject({ problem: 'newer', message: expect.stringContaining(`schema version ${newer}`) })
  })

  it('without a connection to spare', async () => {
    await using opened = await openDatabase()
    await opened.pool.query(`CREATE ROLE ${opened.schema} LOGIN PASSWORD 'password' CONNECTION LIMIT 0`)
    await opened.pool.query(`GRANT ALL ON SCHEMA ${opened.schema} TO ${opened.schema}`)
    const connectionString = opened.url.replace('postgres:password', `${opened.schema}:password`)
    const { cause } = await failedSend({ ...placeOf(opened), connectionString })
    expect(cause).toMatchObject({ problem: 'busy', message: expect.stringContaining('no connection to spare') })
    await opened.pool.query(`DROP OWNED BY ${opened.schema}`)
    await opened.pool.query(`DROP ROLE ${opened.schema}`)
  })

  it('after its `statement_timeout`', async () => {
    await using opened = await openDatabase()
    const client = await opened.pool.connect()
    await client.query('BEGIN')
    await client.query(`LOCK TABLE ${opened.schema}.jobs IN ACCESS EXCLUSIVE MODE`)
    const impatient = `${opened.url}?options=-c%20statement_timeout%3D50`
    const { error, cause } = await failedSend({ ...placeOf(opened), connectionString: impatient })
    await client.query('ROLLBACK')
    client.release()
    expect(cause).toMatchObject({ problem: 'busy', message: expect.stringContaining('statement_timeout') })
    expect(error.accepted).toBe('no')
  })

  it('if the user may not use the tables', async () => {
    await using opened = await openDatabase()
    await opened.pool.query(`CREATE ROLE ${opened.schema} LOGIN PASSWORD 'password'`)
    const connectionString = opened.url.replace('postgres:password', `${opened.schema}:password`)
    const { cause } = await failedSend({ ...placeOf(opened), connectionString })
    expect(cause.problem).toBe('unauthorized')
    await opened.pool.query(`DROP ROLE ${opened.schema}`)
  })
})

it('a server that is too old gets no tables', async () => {
  await using opened = await openDatabase()
  const query: OpenedDatabase['query'] = (sql, values) =>
    opened.database.query(sql.replace("current_setting('server_version_num')", "'130023'"), values)
  await expect(migrate({ ...opened.database, query })).rejects.toMatchObject({
    problem: 'older',
    message: expect.stringContaining('PostgreSQL 14 or later'),
  })
})

const faults = [
  {
    name: 'a wrong password',
    problem: 'unauthorized',
    begin: "ALTER ROLE $ PASSWORD 'other'",
    end: "ALTER ROLE $ PASSWORD 'own'",
  },
  {
    name: 'no connection to spare',
    problem: 'busy',
    begin: 'ALTER ROLE $ CONNECTION LIMIT 0',
    end: 'ALTER ROLE $ CONNECTION LIMIT -1',
  },
  {
    name: 'a server that takes no writes',
    problem: 'read-only',
    begin: 'ALTER ROLE $ SET default_transaction_read_only = on',
    end: 'ALTER ROLE $ RESET default_transaction_read_only',
  },
  {
    name: 'a missing table',
    problem: 'not found',
    begin: 'ALTER TABLE $.jobs RENAME TO gone',
    end: 'ALTER TABLE $.gone RENAME TO jobs',
  },
  {
    name: 'a missing right',
    problem: 'unauthorized',
    begin: 'REVOKE ALL ON ALL TABLES IN SCHEMA $ FROM $',
    end: 'GRANT ALL ON ALL TABLES IN SCHEMA $ TO $',
  },
]

it.each(faults)(
  'a worker continues after $name, and says until then what is wrong',
  async ({ problem, begin, end }) => {
    await using opened = await openDatabase()
    const { schema, pool } = opened
    const asAdmin = (sql: string): Promise<unknown> => pool.query(sql.replaceAll('$', schema))
    const reconnect = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1'
    await asAdmin(
      "CREATE ROLE $ LOGIN PASSWORD 'own'; GRANT ALL ON SCHEMA $ TO $; GRANT ALL ON ALL TABLES IN SCHEMA $ TO $",
    )
    await asAdmin('GRANT ALL ON ALL SEQUENCES IN SCHEMA $ TO $')
    const connectionString = opened.url.replace('postgres:password', `${schema}:own`)
    const done: string[] = []
    const work = defineJob({
      id: 'work',
      event: 'order.created',
      handler: ({ payload }) => void done.push(payload.orderId),
    })
    const provider = createPostgresProvider({ connectionString, schema })
    const client = createClient({ load: () => provider }, { jobs: [work], logger: createRecordedLogger() })
    const send = (orderId: string) => client.sendJob('order.created', { tenantId: 'acme', orderId })
    await client.waitForJob((await send('before')).id)

    await asAdmin(begin)
    await pool.query(reconnect, [schema])
    await vi.waitFor(async () => expect(await client.healthCheck()).toMatchObject({ ok: false }), { timeout: 60_000 })
    await expect(send('during')).rejects.toMatchObject({ accepted: 'no', cause: { problem } })
    await asAdmin(end)
    await pool.query(reconnect, [schema])

    const { id } = await vi.waitFor(() => send('after'), { timeout: 60_000 })
    await client.waitForJob(id)
    expect(done).toEqual(['before', 'after'])
    await vi.waitFor(async () => expect(await client.healthCheck()).toMatchObject({ ok: true }), { timeout: 60_000 })
    await client.close()
    await asAdmin('DROP OWNED BY $; DROP ROLE $')
  },
)

/** A pool whose connections are ended by the server when a statement that matches has been sent. */
function createCutPool({ url }: TestDatabase, matches: RegExp): Pool {
  const pool = new Pool({ connectionString: url, max: 3 })
  const other = new Pool({ connectionString: url, max: 1 })
  onTestFinished(async () => {
    await pool.end()
    await other.end()
  })
  pool.on('error', () => undefined)
  let isCut = false
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (config: { text: string }) => Promise<unknown>
    const cut = async (config: { text: string }): Promise<unknown> => {
      if (isCut || !matches.test(config.text)) return query(config)
      isCut = true
      const { processID } = client as unknown as { processID: number }
      await other.query('SELECT pg_terminate_backend($1)', [processID])
      return query(config)
    }
    Object.assign(client, { query: cut })
  })
  return pool
}

it('a send whose connection is lost before the statement is sent again, and stores the job once', async () => {
  await using opened = await openDatabase()
  const pool = createCutPool(opened, /INSERT INTO .*jobs/s)
  const provider = createPostgresProvider({ pool, schema: opened.schema, role: 'send' })
  const client = createClient({ load: () => provider }, { jobs: [] })
  const job = await client.sendJob('order.created', { tenantId: 'acme', orderId: 'o1' })
  expect(await client.getJobStatus(job.id)).toMatchObject({ state: 'queued' })
  const rows = await opened.database.query('SELECT id FROM {schema}.jobs')
  expect(rows).toEqual([{ id: job.id }])
  await client.close()
})

it('a worker continues after all its connections were lost', async () => {
  await using opened = await openDatabase()
  const done: string[] = []
  const work = defineJob({
    id: 'work',
    event: 'order.created',
    handler: ({ payload }) => void done.push(payload.orderId),
  })
  const connectionString = `${opened.url}?application_name=${opened.schema}`
  const provider = createPostgresProvider({ connectionString, schema: opened.schema })
  const client = createClient({ load: () => provider }, { jobs: [work] })
  await client.waitForJob((await client.sendJob('order.created', { tenantId: 'acme', orderId: 'before' })).id)
  const terminate = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1'
  expect((await opened.pool.query(terminate, [opened.schema])).rowCount).toBeGreaterThan(1)
  await client.waitForJob((await client.sendJob('order.created', { tenantId: 'acme', orderId: 'after' })).id)
  expect(done).toEqual(['before', 'after'])
  await client.close()
})
