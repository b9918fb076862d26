import { expect, test } from 'vitest'

import { together } from '../kit/run-node.ts'
import { ask, createSharedFile } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

/** A batch job that writes the jobs of each batch. */
const batch = (handler: string): string =>
  `defineBatchJob({ id: 'work', event: 'analytics.track', maxSize: 3, maxWait: '1s', handler: ${handler} })`
const importing = `(events) => {
  say('batch', JSON.stringify(events.map(({ id }) => id)))
  return events.map(({ attempt }) => attempt)
}`
/** Code that kills the process before or after its first commit since a statement that contains `when`. */
const killAt = (moment: 'before' | 'after', when: string): string => `
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const { exec, prepare } = DatabaseSync.prototype
  let isDoomed = false
  DatabaseSync.prototype.prepare = function (sql) {
    if (sql.includes(${JSON.stringify(when)})) isDoomed = true
    return prepare.call(this, sql)
  }
  DatabaseSync.prototype.exec = function (sql) {
    if (sql !== 'COMMIT' || !isDoomed) return exec.call(this, sql)
    if (${moment === 'after'}) exec.call(this, sql)
    die()
  }
`
const joining = 'phase = 5, gather_until = 1'
const settling = 'SET phase = NULL, state = ?'

const phases: readonly [phase: string, doomed: string][] = [
  ['while the events wait for a batch', `await work([${batch(importing)}]); setTimeout(die, 200)`],
  ['as it commits its claim', `${killAt('before', joining)} await work([${batch(importing)}])`],
  ['after it has committed its claim', `${killAt('after', joining)} await work([${batch(importing)}])`],
  ['while the handler runs', `await work([${batch('() => { die(); return never() }')}])`],
  ['as it commits the outcomes', `${killAt('before', settling)} await work([${batch(importing)}])`],
  ['after it has committed the outcomes', `${killAt('after', settling)} await work([${batch(importing)}])`],
]

test.for(phases)('the events of a worker that is killed %s are not lost', together, async ([_, doomed], context) => {
  const { client, start } = createSharedFile(context.onTestFinished)
  const [first, ...others] = [await ask(client), await ask(client, 'x', 'globex'), await ask(client)]
  const ids = [first, ...others]
  expect(await start(doomed).ended).toMatchObject({ signal: 'SIGKILL' })
  const worker = start(`await work([${batch(importing)}])`)
  for (const id of ids) {
    const { state, runs } = await client.waitForJob(id)
    expect([state, runs.length]).toEqual(['completed', 1])
    expect(runs[0]?.attempts).toBeLessThanOrEqual(2)
  }
  const batches = worker.lines
    .filter((line) => line.startsWith('batch'))
    .map((line) => JSON.parse(line.slice('batch '.length)) as string[])
  for (const one of batches) expect(one.includes(ids[1]!) && one.length > 1).toBe(false)
  expect(new Set(batches.flat()).size).toBe(batches.flat().length)
})

test('the slot of a batch whose worker was killed is free', together, async ({ onTestFinished }) => {
  const { client, start } = createSharedFile(onTestFinished)
  const limited = (handler: string): string => batch(handler).replace('maxSize: 3', 'maxSize: 2, concurrency: 1')
  const ids = [await ask(client), await ask(client), await ask(client), await ask(client)]
  await start(`await work([${limited('() => { die(); return never() }')}])`).ended
  start(`await work([${limited(importing)}])`)
  for (const id of ids) expect((await client.waitForJob(id)).state).toBe('completed')
})

test('events that another process sends fill a batch at once', together, async ({ onTestFinished }) => {
  const { client, start } = createSharedFile(onTestFinished)
  const worker = start(`await work([${batch(importing).replace("'1s'", "'7d'")}])`)
  await worker.says('started')
  const ids = [await ask(client), await ask(client), await ask(client)]
  for (const id of ids) expect((await client.waitForJob(id)).state).toBe('completed')
  await waitUntil(() => worker.lines.some((line) => line.startsWith('batch'))) // the line may arrive after the state
  expect(worker.lines.filter((line) => line.startsWith('batch'))).toEqual([`batch ${JSON.stringify(ids)}`])
})

test(
  'a worker that closes gives the events of its batch back, and they are one batch again',
  together,
  async (context) => {
    const { client, start } = createSharedFile(context.onTestFinished)
    const first = start(`
      let client
      const leave = () => setTimeout(() => client.close({ timeout: 0 }).then(() => process.exit()), 300)
      client = await work([${batch('() => { leave(); return never() }')}])
    `)
    const ids = [await ask(client), await ask(client), await ask(client)]
    await first.ended
    const second = start(`await work([${batch(importing)}])`)
    for (const id of ids) expect((await client.waitForJob(id)).runs).toMatchObject([{ state: 'completed', output: 1 }])
    await waitUntil(() => second.lines.some((line) => line.startsWith('batch')))
    expect(second.lines.filter((line) => line.startsWith('batch'))).toEqual([`batch ${JSON.stringify(ids)}`])
  },
)
