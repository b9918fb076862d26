import { expect, test, vi } from 'vitest'

import type { Database, Queryable } from '../database/database.ts'
import { Changes } from './changes.ts'

const transaction: Queryable = { query: () => Promise.resolve([]) }

function openChanges() {
  const logged: string[] = []
  const log = (message: string): void => void logged.push(message)
  const told = vi.fn<(hints: unknown) => void>()
  const database: Database = { ...transaction, transaction: (work) => work(transaction) }
  const changes = new Changes({ database, logger: { debug: log, info: log, warn: log, error: log }, told })
  return { changes, logged, told }
}

test('a change is tried until it succeeds, and logged once as a problem', async () => {
  const { changes, logged, told } = openChanges()
  let tries = 0
  const made = changes.make(async (_, hints) => {
    hints.work()
    if (++tries < 3) throw new Error('gone')
    return 'done'
  })
  await vi.waitFor(() => expect(changes.problem?.message).toBe('gone'), 60_000)
  expect(changes.isBusy).toBe(true)
  expect(await made).toBe('done')
  expect(changes.isBusy).toBe(false)
  expect(changes.problem).toBeUndefined()
  expect(logged).toHaveLength(2)
  expect(told).toHaveBeenCalledOnce()
})

test('a change is not tried again that the database rejects', async () => {
  const { changes } = openChanges()
  const error = new Error('failed', { cause: Object.assign(new Error('too long'), { code: '22001' }) })
  await expect(changes.make(() => Promise.reject(error))).rejects.toBe(error)
})

test('a store that is disposed of gives up', async () => {
  const { changes } = openChanges()
  const made = changes.make(() => Promise.reject(new Error('gone')))
  await vi.waitFor(() => expect(changes.problem).toBeDefined(), 60_000)
  changes.dispose()
  await expect(made).rejects.toThrow('gone')
})
