import { afterAll, beforeAll, expect, test } from 'vitest'

import type { Queryable } from '../../src/database/database.ts'
import { readJob } from '../../src/store/reads/read-jobs.ts'
import { countParked, lookAgain } from '../../src/store/workflows/wake-runs.ts'
import { StepWriter } from '../../src/store/workflows/step-writer.ts'
import { addJob, addRun, heldWorkflow, waitFor } from '../kit/fixtures.ts'
import { openDatabase, type TestDatabase } from '../kit/open-database.ts'

let base: TestDatabase
beforeAll(async () => {
  base = await openDatabase()
})
afterAll(() => base.close())

const clock = { now: () => Date.now() }

/** Creates a writer, and counts its transactions. */
function createWriter(during?: (transactions: number) => void): { writer: StepWriter; transactions: () => number } {
  let transactions = 0
  const change = async <T>(work: (transaction: Queryable) => Promise<T>): Promise<T> => {
    transactions++
    const result = await base.database.transaction(work)
    during?.(transactions)
    return result
  }
  return { writer: new StepWriter({ change, clock }), transactions: () => transactions }
}

test('steps that several runs save at once share a transaction', async () => {
  const { writer, transactions } = createWriter()
  const runs = await Promise.all([1, 2, 3].map(() => heldWorkflow(base.database)))
  const saved = await Promise.all(
    runs.map((run) => writer.save(run, waitFor(run, { key: 'charge', kind: 'run', state: 'running' }))),
  )
  expect(saved.every(({ isSaved }) => isSaved)).toBe(true)
  expect(transactions()).toBe(1)
})

test('a step that changes while it is being saved is saved again', async () => {
  const run = await heldWorkflow(base.database)
  const step = waitFor(run, { key: 'charge', kind: 'run', state: 'running' })
  let again: Promise<unknown> | undefined
  const { writer, transactions } = createWriter((count) => {
    if (count > 1) return
    step.state = 'completed'
    again = writer.save(run, step)
  })
  await writer.save(run, step)
  await again
  expect(transactions()).toBe(2)
  const job = await readJob(base.database, run.job.envelope.id)
  expect(job!.runs[0]!.workflow!.steps).toMatchObject([{ key: 'charge', state: 'completed' }])
})

test('steps keep the order of their calls, also one that is called late', async () => {
  const { writer } = createWriter()
  const run = await heldWorkflow(base.database)
  const { steps } = run.workflow!
  for (const key of ['first', 'third']) await writer.save(run, waitFor(run, { key, kind: 'run', state: 'running' }))
  const late = waitFor(run, { key: 'second', kind: 'run', state: 'running' })
  steps.splice(1, 0, steps.pop()!)
  await writer.save(run, late)
  const job = await readJob(base.database, run.job.envelope.id)
  expect(job!.runs[0]!.workflow!.steps.map(({ key }) => key)).toEqual(['first', 'second', 'third'])
})

test('runs that wait for other code are counted, and look at it again unless they wait for a version', async () => {
  const { database } = base
  const parked = { state: 'running', phase: 'waiting', pause: 'asleep', attempts: 1, definition: 'parked' }
  for (const version of ['other', '"v2"'])
    await addRun(database, { job: await addJob(database), ...parked, parked: version })
  await database.query('UPDATE {schema}.lanes SET has_waiting = false')
  expect(await countParked(database, 10)).toBe(2)
  await database.transaction((transaction) =>
    lookAgain(transaction, [{ definitionId: 'parked', event: 'e', maxAttempts: 1 }]),
  )
  const rows = await database.query(
    "SELECT parked, phase FROM {schema}.runs WHERE definition = 'parked' ORDER BY parked",
  )
  expect(rows).toEqual([
    { parked: '"v2"', phase: 'waiting' },
    { parked: 'other', phase: 'ready' },
  ])
  expect(await database.query("SELECT has_waiting FROM {schema}.lanes WHERE definition = 'parked'")).toEqual([
    { has_waiting: true },
  ])
})
