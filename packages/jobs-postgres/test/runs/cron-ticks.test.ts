import { expect, test } from 'vitest'
import { Changes } from '../../src/store/changes.ts'
import { hasOpenRun, Ticks } from '../../src/store/runs/ticks.ts'
import { addHeldRun, addRun } from '../kit/add-run.ts'
import { addJob } from '../kit/fixtures.ts'
import { openDatabase } from '../kit/open-database.ts'

const ignore = (): void => undefined
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }

test('the last ticks are those of all processes, and never go back', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  const changes = new Changes({ database, logger, told: ignore })
  const first = new Ticks(changes)
  first.set('hourly', 7000)
  first.set('hourly', 5000)
  expect(first.last('hourly')).toBe(7000)
  while (changes.isBusy) await new Promise((resolve) => setImmediate(resolve))

  const second = new Ticks(changes)
  second.open()
  await second.opening
  expect(second.opening).toBeUndefined()
  expect(second.last('hourly')).toBe(7000)
  expect(second.last('other')).toBeUndefined()
})

test.each([
  ['waits for a slot', { phase: 'ready' }, true],
  ['waits for its next attempt', { phase: 'waiting', state: 'retrying', due_at: 9e12 }, true],
  ['may have ended its process', { phase: 'suspect' }, true],
  ['was cancelled, and compensates', { phase: 'ready', state: 'cancelled', ended_at: 5 }, false],
  ['has ended', { phase: null, state: 'completed', ended_at: 5, is_open: false }, false],
] as const)('a run that %s', async (_, columns, isOpen) => {
  await using opened = await openDatabase()
  const { database } = opened
  await addRun(database, { job: 'a', ...columns })
  expect(await hasOpenRun(database, 'd', 't')).toBe(isOpen)
  expect(await hasOpenRun(database, 'd', 'other')).toBe(false)
})

test('a tick that runs, or has no run yet, is open', async () => {
  await using opened = await openDatabase()
  const { database } = opened
  await addHeldRun(database, { job: 'a' })
  expect(await hasOpenRun(database, 'd', 't')).toBe(true)
  await addJob(database, { event: 'cron/hourly', tenantId: 't', isArriving: true })
  expect(await hasOpenRun(database, 'hourly', 't')).toBe(true)
  await database.query("UPDATE {schema}.jobs SET state = 'cancelled' WHERE event = 'cron/hourly'")
  expect(await hasOpenRun(database, 'hourly', 't')).toBe(false)
})
