import { beforeEach, describe, expect, test } from 'vitest'

import type { JobStore } from '../../src/store/job-store.ts'
import { createMemoryStore } from '../../src/store/memory/memory-store.ts'
import { changed, changedBetween, changedTwice, openDatabase, openStore } from '../kit/open-store.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { storeNames } from '../kit/stores.ts'
import { createTestFile } from '../kit/test-file.ts'

const delayMs = 20_000
const hourMs = 3_600_000

/** The clock of a machine, whose wall clock can be set. */
let [setByMs, sinceBootMs] = [0, 0]
const clock = { elapsed: () => sinceBootMs, now: () => 1_000_000 + sinceBootMs + setByMs }
beforeEach(() => void ([setByMs, sinceBootMs] = [0, 500_000]))

/** Opens a file with a delayed job. `open` opens another store on it, as another process would. */
async function openDelayed() {
  const { path } = createTestFile()
  const open = () => openStore(path, undefined, clock)
  const store = open()
  const runAt = clock.now() + delayMs
  await changed(store, () => store.add([createEnvelope({ runAt, delayMs })], clock.now()))
  const database = openDatabase(path)
  const dueInMs = (): number =>
    Number(database.prepare("SELECT due_at AS at FROM cgk_jobs WHERE state = 'scheduled'").get()!['at']) - clock.now()
  return { store, open, database, dueInMs }
}

describe.each([
  ['forward', 2 * hourMs],
  ['back', -2 * hourMs],
])('a file whose machine has its clock set %s', (_, byMs) => {
  test('has its delays moved once, however many processes notice it', async () => {
    const { store, open, dueInMs } = await openDelayed()
    const other = open()
    await changed(other, () => undefined)
    setByMs += byMs
    for (const each of [store, other, store]) await changed(each, () => undefined)
    expect(dueInMs()).toBe(delayMs)
    setByMs -= byMs
    for (const each of [other, store]) await changed(each, () => undefined)
    expect(dueInMs()).toBe(delayMs)
  })

  test('has its delays moved once if the first transaction is rolled back', async () => {
    const { store, dueInMs } = await openDelayed()
    setByMs += byMs
    await changedTwice(store, () => undefined)
    expect(dueInMs()).toBe(delayMs)
  })

  test('has its delays moved once if a new process notices it before a worker', async () => {
    const { store, open, dueInMs } = await openDelayed()
    await changed(store, () => store.claim(1, () => undefined, clock.now()))
    setByMs += byMs
    const sender = open()
    await changedTwice(sender, () => undefined)
    expect(dueInMs()).toBe(delayMs)
    for (const each of [store, sender]) await changed(each, () => undefined)
    expect(dueInMs()).toBe(delayMs)
  })

  test('has its delays moved once if the clock is set twice before the first commit', async () => {
    const { store, open, dueInMs } = await openDelayed()
    const other = open()
    await changed(other, () => undefined)
    setByMs += byMs
    await changedBetween(
      store,
      () => undefined,
      async () => void (setByMs += byMs / 4),
    )
    expect(dueInMs()).toBe(delayMs)
    for (const each of [other, store]) await changed(each, () => undefined)
    expect(dueInMs()).toBe(delayMs)
  })

  test('keeps the delays of jobs that were sent after it', async () => {
    const { store, open, database } = await openDelayed()
    const other = open()
    await changed(other, () => undefined)
    setByMs += byMs
    const runAt = clock.now() + delayMs
    for (const sender of [other, store])
      await changed(sender, () => sender.add([createEnvelope({ runAt, delayMs })], clock.now()))
    const due = database.prepare('SELECT DISTINCT due_at AS at FROM cgk_jobs').all()
    expect(due).toEqual([{ at: runAt }])
  })

  test('keeps its times while no process has it open, or the machine restarts', async () => {
    const { store, open, dueInMs } = await openDelayed()
    store.shared!.dispose()
    ;[setByMs, sinceBootMs] = [byMs + sinceBootMs, 0]
    const next = open()
    await changed(next, () => undefined)
    expect(dueInMs()).toBe(delayMs - byMs)
    setByMs += byMs
    await changed(next, () => undefined)
    expect(dueInMs()).toBe(delayMs - byMs)
  })
})

test('many delays are moved in several transactions, while which no process changes anything else', async () => {
  const { store, open } = await openDelayed()
  const other = open()
  const envelopes = Array.from({ length: 12_000 }, (_, number) => {
    return createEnvelope({ runAt: clock.now() + delayMs + number, delayMs: delayMs + number })
  })
  await changed(store, () => store.add(envelopes, clock.now()))
  await changed(other, () => undefined)
  setByMs += 2 * hourMs
  let [turns, isOver] = [0, false]
  const countTurn = (): void => {
    turns++
    if (!isOver) setImmediate(countTurn)
  }
  setImmediate(countTurn)
  const look = (each: JobStore) => () => [each.takeDueJobs(10, clock.now()), each.nextDueAt()]
  const seen = await Promise.all([store, other].map((each) => changed(each, look(each))))
  isOver = true
  expect(seen).toEqual([store, other].map(() => [[], clock.now() + delayMs]))
  expect(turns).toBeGreaterThanOrEqual(3)
})

test('small corrections of the clock move nothing until they add up to a second', async () => {
  const { store, dueInMs } = await openDelayed()
  for (let correction = 1; correction <= 3; correction++) {
    setByMs += 400
    await changed(store, () => undefined)
  }
  expect(dueInMs()).toBe(delayMs)
})

test('a suspect workflow keeps its wait for an empty worker, and the times of its steps are moved', async () => {
  const { store, database } = await openDelayed()
  const [dueAt, until] = [clock.now() + 10_000, clock.now() + hourMs]
  database.exec(
    'INSERT INTO cgk_runs (run, definition_id, tenant, state, phase, rank, max_attempts, due_at, pause, crashes) ' +
      `VALUES (1048577, 'work', 'acme', 'running', 3, 0, 3, ${dueAt}, 'awake', 1)`,
  )
  database
    .prepare('INSERT INTO cgk_steps (run, key, position, record) VALUES (1048577, ?, 1, ?)')
    .run('wait', JSON.stringify({ key: 'wait', kind: 'sleep', state: 'waiting', until }))
  setByMs += hourMs
  await changed(store, () => undefined)
  expect(database.prepare('SELECT due_at AS at FROM cgk_runs').get()).toEqual({ at: dueAt + hourMs })
  const { record } = database.prepare('SELECT record FROM cgk_steps').get()!
  expect(JSON.parse(String(record))).toMatchObject({ until: until + hourMs })
})

test.each(storeNames)(
  'runs in the %s store begin in their order, although the clock is set back between them',
  async (name) => {
    const retention = { count: 100, ageMs: hourMs }
    const store =
      name === 'memory' ? createMemoryStore(retention, clock) : openStore(createTestFile().path, undefined, clock)
    const send = (priority: number): Promise<string> =>
      changed(store, () => {
        const envelope = createEnvelope({ sentAt: clock.now() })
        store.add([envelope], clock.now())
        for (const job of store.takeDueJobs(1, clock.now()))
          store.addRuns(job, [{ definitionId: 'work', maxAttempts: 1, priority }], clock.now())
        return envelope.id
      })
    const sent = [await send(0)]
    setByMs -= 2 * hourMs
    for (const priority of [0, 1]) {
      sinceBootMs += 10_000
      sent.push(await send(priority))
    }
    const started: string[] = []
    for (let place = 0; place < sent.length; place++) {
      const runs = await changed(store, () => store.claim(1, () => undefined, clock.now()))
      started.push(...runs.map(({ job }) => job.envelope.id))
    }
    expect(started).toEqual(sent)
  },
)
