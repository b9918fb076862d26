import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'

import { recordStatements, replayStatements } from './recorded-statements.ts'

const rowsOf = (database: DatabaseSync): unknown => database.prepare('SELECT * FROM jobs ORDER BY id').all()

test('recorded statements do the same on another database', async () => {
  const original = new DatabaseSync(':memory:')
  const recorded = await recordStatements(async (begin) => {
    original.exec('CREATE TABLE jobs (id INTEGER PRIMARY KEY, state TEXT)')
    begin()
    const insert = original.prepare('INSERT INTO jobs (state) VALUES (?)')
    insert.run('queued')
    insert.run('running')
    original.prepare("UPDATE jobs SET state = 'completed' WHERE id = ? RETURNING id").get(2)
  })
  original.exec('DELETE FROM jobs WHERE id = 3') // after the recording
  const copy = new DatabaseSync(':memory:')
  replayStatements(copy, recorded)
  expect(rowsOf(copy)).toEqual(rowsOf(original))
  expect(recorded).toMatchObject({ preparing: 1, calls: { length: 4 } })
})

test('a run without statements is not a floor', async () => {
  await expect(recordStatements(async (begin) => begin())).rejects.toThrow('no statements')
})
