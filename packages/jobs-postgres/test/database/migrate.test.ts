import { PGlite } from '@electric-sql/pglite'
import { describe, expect, it } from 'vitest'

import { quoteName } from '../../src/database/database.ts'
import { migrate, readVersion, requireTables } from '../../src/database/migrate.ts'
import { createPgDatabase } from '../../src/database/pg-database.ts'
import { createPgliteDatabase } from '../../src/database/pglite-database.ts'
import { migrationScript } from '../../src/database/migration-script.ts'
import { migrations } from '../../src/database/schema.ts'
import { createPostgresProvider } from '../../src/index.ts'
import { openDatabase, type TestDatabase } from '../kit/open-database.ts'
import { contracted, expanded } from '../kit/schemas.ts'

const latest = migrations.length
const versionsOf = async ({ database }: TestDatabase): Promise<number[]> =>
  (await database.query<{ version: number }>('SELECT version FROM {schema}.versions ORDER BY version')).map(
    ({ version }) => version,
  )
const drop = async ({ pool, schema }: TestDatabase): Promise<unknown> =>
  pool.query(`DROP SCHEMA ${quoteName(schema)} CASCADE`)

it('creates the tables once, also when several processes begin', async () => {
  await using opened = await openDatabase()
  await drop(opened)
  await Promise.all([migrate(opened.database), migrate(opened.database), migrate(opened.database)])
  expect(await versionsOf(opened)).toEqual(migrations.map((_, index) => index + 1))
})

it('waits for another migration, and leaves to it what it has done', async () => {
  await using opened = await openDatabase()
  await using other = await opened.pool.connect().then((client) => ({
    client,
    [Symbol.asyncDispose]: async () => client.release(true),
  }))
  await other.client.query('BEGIN')
  const lock = `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`
  await other.client.query(lock, [`@cgk-platform/jobs "${opened.schema}"`])
  const impatient = migrationScript().replaceAll('{schema}', quoteName(opened.schema)).replace("'60000'", "'1'")
  await expect(opened.pool.query(impatient)).rejects.toMatchObject({ code: '55P03' })
  const second = migrate(opened.database, false, expanded)
  const waiting = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND pid IN
    (SELECT pid FROM pg_stat_activity WHERE query LIKE $1)`
  await expect
    .poll(async () => (await opened.pool.query(waiting, [`%${opened.schema}%`])).rowCount, { timeout: 60_000 })
    .toBe(1)
  const { schema } = opened
  await other.client.query(expanded.at(-1)!.sql.replaceAll('{schema}', quoteName(schema)))
  await other.client.query(`INSERT INTO ${quoteName(schema)}.versions VALUES (${expanded.length}, 1)`)
  await other.client.query('COMMIT')
  expect(await second).toMatchObject({ to: expanded.length })
  expect(await versionsOf(opened)).toEqual(expanded.map((_, index) => index + 1))
})

it('gives up, unchanged, if a transaction holds a table for long', async () => {
  await using opened = await openDatabase()
  const client = await opened.pool.connect()
  await client.query('BEGIN')
  await client.query(`SELECT count(*) FROM ${quoteName(opened.schema)}.jobs`)
  await expect(migrate(opened.database, false, expanded)).rejects.toMatchObject({
    problem: 'busy',
    message: expect.stringMatching(new RegExp(`was not upgraded to schema version ${expanded.length}: .*Try again`)),
  })
  await client.query('ROLLBACK')
  client.release()
  expect(await versionsOf(opened)).toEqual(migrations.map((_, index) => index + 1))
  await migrate(opened.database, false, expanded)
  expect(await versionsOf(opened)).toEqual(expanded.map((_, index) => index + 1))
})

it.each(['Jobs', 'select', '_'])('uses the schema `%s` beside others', async (schema) => {
  await using opened = await openDatabase()
  const named = createPgDatabase(opened.pool, { schema, ownsPool: false, canListen: true })
  try {
    await migrate(named)
    expect(await readVersion(named)).toBe(latest)
    const before = await named.query('SELECT {schema}.event_lock($1, $2) AS key', ['t', 'e'])
    expect(before).not.toEqual(await opened.database.query('SELECT {schema}.event_lock($1, $2) AS key', ['t', 'e']))
    await migrate(opened.database, false, expanded)
    expect(await readVersion(named)).toBe(latest)
    expect(await readVersion(opened.database)).toBe(expanded.length)
  } finally {
    await opened.pool.query(`DROP SCHEMA IF EXISTS ${quoteName(schema)} CASCADE`)
  }
})

describe('the SQL for other tools', () => {
  const sqlOf = (schema: string, from: number): string =>
    createPostgresProvider({ connectionString: 'postgres://nowhere/none', schema }).migrationSql!({ from })

  it('creates the tables that a migration does, and does nothing a second time', async () => {
    await using opened = await openDatabase()
    const describeTables = `SELECT table_name, column_name, data_type, column_default FROM information_schema.columns
      WHERE table_schema = $1 ORDER BY 1, 2`
    const own = (await opened.pool.query(describeTables, [opened.schema])).rows
    await drop(opened)
    const sql = sqlOf(opened.schema, 0)
    await opened.pool.query(sql)
    expect((await opened.pool.query(describeTables, [opened.schema])).rows).toEqual(own)
    await opened.database.query(`INSERT INTO {schema}.ticks VALUES ('d', 1)`)
    await opened.pool.query(sql)
    await opened.pool.query(`BEGIN; ${sql} ROLLBACK`)
    expect(await opened.database.query('SELECT tick FROM {schema}.ticks')).toEqual([{ tick: 1 }])
    expect(await migrate(opened.database)).toEqual({ from: latest, to: latest })
  })

  it('changes nothing if it fails, also outside a transaction, and keeps the settings of the session', async () => {
    await using opened = await openDatabase()
    await drop(opened)
    const client = await opened.pool.connect()
    await client.query("SET lock_timeout = '7s'")
    const broken = sqlOf(opened.schema, 0).replace('CREATE TABLE "', 'PERFORM 1/0; CREATE TABLE "')
    await expect(client.query(broken)).rejects.toThrow('division by zero')
    expect((await client.query('SELECT to_regnamespace($1) AS found', [opened.schema])).rows).toEqual([{ found: null }])
    await client.query('BEGIN')
    await client.query(sqlOf(opened.schema, 0))
    expect((await client.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '7s' }])
    await client.query('COMMIT')
    client.release(true)
  })

  it('from a version on refuses an older schema', async () => {
    await using opened = await openDatabase()
    await drop(opened)
    const sql = sqlOf(opened.schema, latest)
    expect(sql).not.toContain('CREATE FUNCTION')
    await expect(opened.pool.query(sql)).rejects.toThrow(`has schema version 0, but this script needs ${latest}`)
    await migrate(opened.database)
    await opened.pool.query(sql)
  })
})

describe('a schema of another version', () => {
  it('is used if it is newer, unless it says that it must not', async () => {
    await using opened = await openDatabase()
    await migrate(opened.database, false, expanded)
    await requireTables(opened.database)
    expect(await migrate(opened.database)).toEqual({ from: expanded.length, to: expanded.length })
    await migrate(opened.database, false, contracted)
    await requireTables(opened.database, expanded)
    for (const refused of [requireTables, migrate]) {
      await expect(refused(opened.database)).rejects.toMatchObject({
        problem: 'newer',
        message: expect.stringMatching(
          new RegExp(
            `version ${expanded.length} or later can use, but this one has version ${latest}.*Upgrade this package`,
          ),
        ),
      })
    }
  })

  it('is refused by a sender if it is older', async () => {
    await using opened = await openDatabase()
    await expect(requireTables(opened.database, expanded)).rejects.toMatchObject({
      problem: 'older',
      message: expect.stringContaining(`migrate --postgres <url> --schema ${opened.schema}`),
    })
  })
})

it('creates the tables in PGlite', async () => {
  const pglite = new PGlite()
  const database = createPgliteDatabase(pglite, 'Jobs')
  expect(await migrate(database)).toEqual({ from: 0, to: latest })
  expect(await migrate(database, false, expanded)).toEqual({ from: latest, to: expanded.length })
  await pglite.close()
})

it('returns the columns of int8 as numbers', async () => {
  await using opened = await openDatabase()
  const [row] = await opened.database.query<{ now: number }>('SELECT {schema}.now_ms() AS now')
  expect(row!.now).toBeTypeOf('number')
})
