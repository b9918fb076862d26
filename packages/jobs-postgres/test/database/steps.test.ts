import { describe, expect, it } from 'vitest'

import { quoteName } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'
import { type Migration, migrations } from '../../src/database/schema.ts'
import { openDatabase } from '../kit/open-database.ts'
import { contracted, expanded } from '../kit/schemas.ts'

/** Lists everything that code of the previous release may use. A later step may only add to it. */
const usedSql = `
  SELECT format('column %s.%s %s', table_name, column_name, udt_name) AS line FROM information_schema.columns WHERE table_schema = $1
  UNION ALL SELECT format('function %s returns %s', p.oid::regprocedure, p.prorettype::regtype) FROM pg_proc p WHERE pronamespace = to_regnamespace($2)
  UNION ALL SELECT format('index %s %s', c.relname, pg_get_indexdef(c.oid)) FROM pg_class c WHERE relkind IN ('i', 'I') AND relnamespace = to_regnamespace($2)
  -- A table that a step rewrites has another file.
  UNION ALL SELECT format('file %s %s', relname, relfilenode) FROM pg_class WHERE relkind IN ('r', 'i', 'S') AND relnamespace = to_regnamespace($2)`

/** Columns that the inserts of the previous release leave out, and that have no value then; and constraints that it does not know. */
const demandsSql = `
  SELECT format('column %s.%s requires a value', table_name, column_name) AS line FROM information_schema.columns
    WHERE table_schema = $1 AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
  UNION ALL SELECT format('constraint %s on %s', conname, conrelid::regclass) FROM pg_constraint WHERE contype <> 'n' AND connamespace = to_regnamespace($2)
  UNION ALL SELECT format('unique index %s on %s', indexrelid::regclass, indrelid::regclass) FROM pg_index JOIN pg_class c ON c.oid = indexrelid
    WHERE indisunique AND c.relnamespace = to_regnamespace($2)
  UNION ALL SELECT format('trigger %s on %s', tgname, tgrelid::regclass) FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
    WHERE c.relnamespace = to_regnamespace($2)`

/** Tables that grow with the jobs of the past: what reads or locks a whole one stops sends for its time. */
const large = ['jobs', 'references', 'runs', 'ended_runs', 'attempts', 'steps', 'keys']
const lockedSql = `SELECT relation::regclass::text AS line FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'ShareLock'
  AND relation IN (SELECT oid FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relname = ANY($2))`

/** Applies the last step to a schema with those before. Returns everything that stops the previous release. */
async function problemsOf(steps: readonly Migration[]): Promise<string[]> {
  await using opened = await openDatabase()
  const quoted = quoteName(opened.schema)
  const client = await opened.pool.connect()
  const lines = async (sql: string, ...values: unknown[]): Promise<string[]> =>
    (await client.query<{ line: string }>(sql, values)).rows.map(({ line }) =>
      line.replaceAll(opened.schema, '{schema}'),
    )
  const used = () => lines(usedSql, opened.schema, quoted)
  const demands = () => lines(demandsSql, opened.schema, quoted)
  try {
    await migrate(opened.database, false, steps.slice(0, -1))
    const tables = await lines('SELECT relname AS line FROM pg_class WHERE relnamespace = to_regnamespace($1)', quoted)
    const [usedBefore, demandsBefore] = [await used(), await demands()]
    await client.query('BEGIN')
    await client.query(steps.at(-1)!.sql.replaceAll('{schema}', quoted))
    const usedAfter = new Set(await used())
    const added = (await demands()).filter((line) => !demandsBefore.includes(line))
    return [
      ...usedBefore.filter((line) => !usedAfter.has(line)).map((line) => `removes ${line}`),
      ...added.filter((line) => tables.some((table) => line.includes(` ${table}.`) || line.endsWith(`.${table}`))),
      ...(await lines(lockedSql, quoted, large)).map((table) => `reads all of ${table}`),
    ]
  } finally {
    client.release(true)
  }
}

describe('a step of the schema lets processes of the previous release continue', () => {
  const published = migrations.map((_, index) => migrations.slice(0, index + 1)).slice(1)
  it.each([...published, expanded].map((steps) => [steps.length, steps] as const))(
    'to version %i',
    async (_, steps) => {
      if (steps.at(-1)!.usableSince === undefined) expect(await problemsOf(steps)).toEqual([])
    },
  )

  it.each([
    ['DROP TABLE {schema}.ticks', 'removes column ticks.tick int8'],
    ['ALTER TABLE {schema}.ticks RENAME tick TO last', 'removes column ticks.tick int8'],
    ['ALTER TABLE {schema}.ticks ALTER tick TYPE text', 'removes column ticks.tick int8'],
    ['ALTER TABLE {schema}.jobs ADD x int NOT NULL', 'column jobs.x requires a value'],
    ['ALTER TABLE {schema}.jobs ADD x float8 DEFAULT random()', 'removes file jobs '],
    ['ALTER TABLE {schema}.jobs ADD CHECK (sent_at > 0)', 'constraint '],
    ['CREATE UNIQUE INDEX ON {schema}.jobs (sent_at)', 'unique index '],
    ['CREATE INDEX ON {schema}.jobs (sent_at)', 'reads all of '],
    ['CREATE INDEX ON {schema}.runs (started_at)', 'reads all of '],
    ['DROP INDEX {schema}.jobs_ended', 'removes index jobs_ended'],
    ['DROP FUNCTION {schema}.now_ms', 'removes function {schema}.now_ms() returns bigint'],
  ])('and this one does not: %s', async (sql, problem) => {
    expect((await problemsOf([...migrations, { sql }])).join('\n')).toContain(problem)
  })

  it('unless it says so', async () => {
    expect(await problemsOf(contracted)).not.toEqual([])
  })
})
