import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { Pool } from 'pg'
import { expect, it, onTestFinished } from 'vitest'

import { migrate } from '../../src/database/migrate.ts'
import { migrations } from '../../src/database/schema.ts'
import { createPgDatabase } from '../../src/database/pg-database.ts'
import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import { openDatabase, type TestDatabase } from '../kit/open-database.ts'
import { createRole } from '../kit/role.ts'
import { expanded } from '../kit/schemas.ts'
import { work, defineWork } from '../kit/work.ts'

it('a role with the grants does all but migrate, also with tables of a later version', async () => {
  await using opened = await openDatabase()
  await using role = await createRole(opened)
  const provider = createPostgresProvider({ connectionString: role.url, schema: opened.schema })
  const client = createClient({ load: () => provider }, { jobs: defineWork(), logger: createRecordedLogger() })
  onTestFinished(() => client.close({ timeout: 0 }))
  await work(client)
  await migrate(opened.database, false, expanded)
  await work(client)

  const own = new Pool({ connectionString: role.url })
  onTestFinished(() => own.end())
  const { schema } = opened
  await own.query(`INSERT INTO "${schema}".later_runs VALUES ('job', 'note')`)
  const denied = [
    `CREATE TABLE "${schema}".own (id int)`,
    `CREATE SCHEMA "${schema}_own"`,
    `ALTER TABLE "${schema}".jobs ADD COLUMN own int`,
    `INSERT INTO "${schema}".versions VALUES (99, 99)`,
    `DELETE FROM "${schema}".versions`,
    `TRUNCATE "${schema}".jobs`,
  ]
  for (const sql of denied) {
    await expect(own.query(sql), sql).rejects.toThrow(/permission denied|must be owner/)
  }
})

/** Migrates as the role. */
async function migrateAs(connectionString: string, { schema }: TestDatabase, steps = migrations) {
  const pool = new Pool({ connectionString })
  try {
    return await migrate(createPgDatabase(pool, { schema, ownsPool: false, canListen: false }), false, steps)
  } finally {
    await pool.end()
  }
}

it('a role that may not migrate needs no right to find that nothing is to do, and otherwise names the command', async () => {
  await using opened = await openDatabase()
  await using role = await createRole(opened)
  const latest = migrations.length
  expect(await migrateAs(role.url, opened)).toEqual({ from: latest, to: latest })
  await expect(migrateAs(role.url, opened, expanded)).rejects.toMatchObject({
    problem: 'older',
    message: expect.stringMatching(
      new RegExp(
        `version ${latest} in .*its user may not change them.*migrate --postgres <url> --schema ${opened.schema}`,
      ),
    ),
    cause: { problem: 'unauthorized' },
  })
  await opened.pool.query(`DROP SCHEMA ${opened.schema} CASCADE`)
  await expect(migrateAs(role.url, opened)).rejects.toMatchObject({
    problem: 'older',
    message: expect.stringContaining('has no tables in'),
  })
})
