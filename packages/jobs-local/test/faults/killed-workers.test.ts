import { DatabaseSync } from 'node:sqlite'

import { expect, test } from 'vitest'

import { together } from '../kit/run-node.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'

/** Code that kills the process before or after its first commit since a statement that contains `when`. */
const killAt = (moment: 'before' | 'after', when: string) => `
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const { exec, prepare } = DatabaseSync.prototype
  let isDoomed = false
  DatabaseSync.prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql)
    if (!sql.includes(${JSON.stringify(when)})) return statement
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
const claiming = 'INTO cgk_runs'
const settling = 'SET phase = NULL, state = ?'
const handler = `(_event, { attempt }) => { say('attempt', attempt); return attempt }`

/** The beginning of the code of a worker whose job has no limits, or all of them. */
const unlimited = 'const limits = {};'
const limited = `
  const limits = {
    concurrency: [{ limit: 1, perTenant: 1 }, { key: 'event', limit: 1 }],
    throttle: { limit: 1, period: '1s', key: 'event' },
  }
`

const phases: readonly [phase: string, doomed: string, attempts: number][] = [
  ['as it commits its claim', `${killAt('before', claiming)} await work([job(${handler}, limits)])`, 1],
  ['after it has committed its claim', `${killAt('after', claiming)} await work([job(${handler}, limits)])`, 2],
  ['before the handler begins', `await work([job(${handler}, limits)], { hooks: { onAttemptStart: die } })`, 2],
  ['while the handler runs', `await work([job(() => { die(); return never() }, limits)])`, 2],
  [
    'between the end of the handler and the commit of its outcome',
    `await work([job(${handler}, limits)], { hooks: { onAttemptEnd: die } })`,
    2,
  ],
  ['as it commits the outcome', `${killAt('before', settling)} await work([job(${handler}, limits)])`, 2],
  ['after it has committed the outcome', `${killAt('after', settling)} await work([job(${handler}, limits)])`, 1],
]

test.for(phases)(
  'a job whose worker is killed %s is not lost',
  together,
  async ([_, doomed, attempts], { onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const ids = [await ask(client, 'one'), await ask(client, 'two')]
    const first = start(unlimited + doomed)
    expect(await first.ended).toMatchObject({ signal: 'SIGKILL' })
    // The lease is a minute, but a dead process is detected at once.
    start(`await work([job(${handler})])`)
    for (const id of ids) {
      const { state, runs } = await client.waitForJob(id)
      expect([state, runs.length]).toEqual(['completed', 1])
      expect(runs[0]?.attempts).toBeLessThanOrEqual(attempts)
    }
  },
)

test.for(phases)(
  'no slot is lost and no start counts twice if the worker of a limited job is killed %s',
  together,
  async ([_, doomed], { onTestFinished }) => {
    const { path, client, start } = createSharedFile(onTestFinished)
    const ids = [await ask(client), await ask(client), await ask(client)]
    expect(await start(limited + doomed).ended).toMatchObject({ signal: 'SIGKILL' })
    start(`${limited} await work([job(${handler}, limits)])`)
    const runs = []
    for (const id of ids) runs.push((await client.waitForJob(id)).runs[0]!)
    expect(runs.map(({ state }) => state)).toEqual(ids.map(() => 'completed'))
    const starts = runs.map(({ startedAt }) => startedAt!.getTime()).toSorted((one, other) => one - other)
    expect(starts[1]! - starts[0]!).toBeGreaterThanOrEqual(1000)
    expect(starts[2]! - starts[1]!).toBeGreaterThanOrEqual(1000)
    const database = new DatabaseSync(path)
    const lane = database.prepare('SELECT max(state) AS state FROM cgk_lanes').get()!
    database.close()
    expect(Number(lane['state'] ?? 0)).toBeLessThanOrEqual(starts[2]! + 1000)
  },
)

test(
  'a live worker takes over the runs of a killed one long before the lease expires',
  together,
  async ({ onTestFinished }) => {
    const { client, start } = createSharedFile(onTestFinished)
    const doomed = start(`await work([job((_event, { attempt }) => { say('has it'); return never() })])`)
    const id = await ask(client)
    await doomed.says('has it')
    const other = start(`await work([job((_event, { attempt }) => attempt)], { lease: '1h' })`)
    await other.says('started')
    doomed.kill('SIGKILL')
    expect(await client.waitForJob(id)).toMatchObject({ state: 'completed', runs: [{ output: 2 }] })
  },
)

test('a killed sender has sent all confirmed batches, and no partial ones', together, async ({ onTestFinished }) => {
  const { client, start } = createSharedFile(onTestFinished)
  const sender = start(`
    const client = open([], { role: 'send' })
    for (let number = 0; ; number++) {
      const items = [1, 2, 3].map((part) => ({ event: 'analytics.track', payload: { tenantId: 'acme', event: number + '/' + part } }))
      for (const { job } of await client.sendJobs(items)) say(job.id)
      if (number === 5) setTimeout(die, Math.random() * 20)
    }
  `)
  expect(await sender.ended).toMatchObject({ signal: 'SIGKILL' })
  const { jobs } = await client.listJobs({ limit: 1000 })
  expect(jobs.length % 3).toBe(0)
  const kept = new Set(jobs.map(({ id }) => id))
  expect(sender.lines.filter((id) => !kept.has(id))).toEqual([])
})
