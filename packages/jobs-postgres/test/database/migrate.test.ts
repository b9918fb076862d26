import { expect, it } from 'vitest'

import { migrate } from '../../src/database/migrate.ts'
import { migrations } from '../../src/database/schema.ts'
import { openDatabase } from '../kit/open-database.ts'

it('creates the tables once, also when several processes begin', async () => {
  await using opened = await openDatabase()
  await Promise.all([migrate(opened.database), migrate(opened.database), migrate(opened.database)])
  const versions = await opened.database.query<{ version: number }>('SELECT version FROM {schema}.versions')
  expect(versions).toEqual(migrations.map((_, index) => ({ version: index + 1 })))
})

it('returns the columns of int8 as numbers', async () => {
  await using opened = await openDatabase()
  const [row] = await opened.database.query<{ now: number }>('SELECT {schema}.now_ms() AS now')
  expect(row!.now).toBeTypeOf('number')
})
