import { defineJob, type JobStatus } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { changed, changedTwice, openDatabase, openStore } from '../kit/open-store.ts'
import { readsTypeScript, together } from '../kit/run-node.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'
import { createEnvelope } from '../kit/stored-run.ts'
import { createTestFile } from '../kit/test-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

const debounced = { definitionId: 'work', maxAttempts: 1, debounce: { periodMs: 1000 } }

/** Returns the job at the end of each chain, and checks that all others were superseded. */
async function lastOf(ids: readonly string[], read: (id: string) => Promise<JobStatus>): Promise<JobStatus[]> {
  const jobs = await Promise.all(ids.map(async (id) => read(id)))
  const last = jobs.filter(({ state }) => state !== 'superseded')
  for (const job of jobs) {
    let next: JobStatus | undefined = job
    for (let length = 0; next?.state === 'superseded' && length < ids.length; length++) {
      const by: string | undefined = next.runs[0]?.supersededBy
      next = jobs.find(({ id }) => id === by)
    }
    expect(last).toContain(next)
  }
  return last
}

/** Code that kills the process before or after it commits a supersession. */
const killAt = (moment: 'before' | 'after') => `
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const { exec, prepare } = DatabaseSync.prototype
  let isDoomed = false
  DatabaseSync.prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql)
    if (!sql.includes('superseded_by = ?')) return statement
    const run = statement.run.bind(statement)
    statement.run = (...values) => ((isDoomed = true), run(...values))
    return statement
  }
  DatabaseSync.prototype.exec = function (sql) {
    if (sql !== 'COMMIT' || !isDoomed) return exec.call(this, sql)
    if (${moment === 'after'}) exec.call(this, sql)
    die()
  }
`
const worker = `await work([job(({ payload }) => { say('ran', payload.event) }, { debounce: { period: '10s' } })])`

describe.runIf(readsTypeScript)('debounced sends', together, () => {
  test.for(['before', 'after'] as const)(
    'run once if their worker is killed %s it commits that one supersedes another',
    async (moment, { onTestFinished }) => {
      const { client, start } = createSharedFile(onTestFinished)
      const doomed = start(`${killAt(moment)} ${worker}`)
      await doomed.says('started')
      const first = await ask(client, 'first')
      const last = await ask(client, 'last')
      expect(await doomed.ended).toMatchObject({ signal: 'SIGKILL' })
      const other = start(worker)
      await other.says('ran')
      const ended = await lastOf([first, last], (id) => client.waitForJob(id))
      expect(ended.map(({ id, state }) => [id, state])).toEqual([[last, 'completed']])
      await waitUntil(() => other.lines.includes('ran last')) // the line may arrive after the state
      expect(other.lines.filter((line) => line.startsWith('ran'))).toEqual(['ran last'])
    },
  )

  test('of several processes run once, in any of three workers', async ({ onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const code = worker.replace('10s', '3s')
    const workers = [start(code), start(code), start(code)]
    await Promise.all(workers.map((one) => one.says('started')))
    const senders = [1, 2, 3].map(() =>
      start(`
        const client = open([], { role: 'send' })
        for (let number = 0; number < 20; number++)
          say('sent', (await client.sendJob('analytics.track', { tenantId: 'acme', event: 'x' })).id)
        await client.close()
      `),
    )
    await Promise.all(senders.map(({ ended }) => ended))
    const ids = senders.flatMap(({ lines }) => lines.map((line) => line.slice('sent '.length)))
    expect(ids).toHaveLength(60)
    expect(await lastOf(ids, (id) => client.waitForJob(id))).toMatchObject([{ state: 'completed' }])
    const ran = () => workers.flatMap(({ lines }) => lines.filter((line) => line.startsWith('ran')))
    await waitUntil(() => ran().length > 0)
    expect(ran()).toHaveLength(1)
    expect((await client.listJobs({ state: 'superseded', limit: 100 })).jobs).toHaveLength(59)
  })
})

test('a worker without the definition debounces the runs that it creates for another worker', async ({
  onTestFinished,
}) => {
  const { client, open } = createSharedFile(onTestFinished)
  const options = { id: 'work', event: 'analytics.track', handler: () => undefined } as const
  const owner = open({ role: 'work' }, { jobs: [defineJob({ ...options, debounce: { period: '2s', key: 'event' } })] })
  await owner.start()
  const other = open({ role: 'work' }, { jobs: [defineJob({ ...options, id: 'other' })] })
  await other.start()
  // Both create runs: each takes the jobs that it is first to see.
  for (let round = 0; round < 20; round++) for (const sender of [other, client]) await ask(sender, 'one')
  const { id } = await ask(other, 'two').then(async (sent) => other.waitForJob(sent))
  const { jobs } = await client.listJobs({ limit: 100 })
  const ends = jobs.map(({ id: jobId, runs }) => [jobId, runs.find((run) => run.definitionId === 'work')?.state])
  expect(ends.filter(([, state]) => state !== 'superseded').map(([jobId]) => jobId)).toEqual([id, jobs[1]!.id])
})

describe('in a transaction that is rolled back and repeated', () => {
  test('each run supersedes one other, once', async () => {
    const store = openStore(createTestFile().path)
    const envelopes = [createEnvelope(), createEnvelope(), createEnvelope()]
    const superseded = await changedTwice(store, () => {
      store.add(envelopes, 0)
      return store.takeDueJobs(10, 0).flatMap((job) => store.addRuns(job, [debounced], 0))
    })
    expect(superseded).toEqual(envelopes.slice(0, 2).map(({ id }) => id))
    expect(
      envelopes.map(({ id }) => store.get(id)?.runs.map((run) => [run.state, run.supersededBy, run.dueAt])),
    ).toEqual([
      [['superseded', envelopes[1]!.id, undefined]],
      [['superseded', envelopes[2]!.id, undefined]],
      [['scheduled', undefined, 1000]],
    ])
  })
})

test('a file keeps groups over a restart, and a changed `maxWait` counts from their first send', async () => {
  const { path } = createTestFile()
  const send = async (now: number, maxWaitMs: number | undefined) => {
    const store = openStore(path)
    const times = { periodMs: 1000, ...(maxWaitMs !== undefined && { maxWaitMs }) }
    await changed(store, () => {
      store.add([createEnvelope({ sentAt: now })], now)
      for (const job of store.takeDueJobs(1, now)) store.addRuns(job, [{ ...debounced, debounce: times }], now)
    })
    store.shared!.dispose()
  }
  const database = openDatabase(path)
  const dueAt = () => database.prepare("SELECT due_at AS at FROM cgk_runs WHERE state = 'scheduled'").all()
  await send(0, undefined)
  await send(900, 5000)
  expect(dueAt()).toEqual([{ at: 1900 }])
  await send(1800, 2500)
  expect(dueAt()).toEqual([{ at: 2500 }])
  await send(2400, 2000)
  expect(dueAt()).toEqual([{ at: 2400 }])
  await send(2400, 2000) // the quiet period is over, so a new group begins
  expect(dueAt()).toEqual([{ at: 2400 }, { at: 3400 }])
})
