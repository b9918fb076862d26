import { DatabaseSync, StatementSync } from 'node:sqlite'

import { afterEach, expect, test } from 'vitest'

import { countTransactions } from './count-transactions.ts'
import type { TransactionCost } from '../../ledger-entry.ts'

const { exec } = DatabaseSync.prototype
const { run, get, all } = StatementSync.prototype

afterEach(() => {
  DatabaseSync.prototype.exec = exec
  Object.assign(StatementSync.prototype, { run, get, all })
})

test('counts the statements of each committed transaction, and the rows that they return and change', () => {
  const costs: TransactionCost[] = []
  countTransactions((cost) => void costs.push(cost))
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE items (item INTEGER)')
  const insert = database.prepare('INSERT INTO items VALUES (?), (?)')
  const select = database.prepare('SELECT item FROM items WHERE item < ?')
  insert.run(1, 2)
  database.exec('BEGIN IMMEDIATE')
  insert.run(3, 4)
  expect([select.get(2), select.get(0), select.all(4).length]).toEqual([{ item: 1 }, undefined, 3])
  database.exec('COMMIT')
  database.exec('BEGIN IMMEDIATE')
  insert.run(5, 6)
  database.exec('ROLLBACK')
  select.all(9)
  database.exec('BEGIN IMMEDIATE')
  database.exec('COMMIT')
  expect(costs).toEqual([
    { statements: 4, rows: 4, changed: 2 },
    { statements: 0, rows: 0, changed: 0 },
  ])
})
