import { defineJob, defineWorkflow } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { expect, test } from 'vitest'

import { openDatabase, openStore } from '../kit/open-store.ts'
import { createSharedFile } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'

const note = defineJob({ id: 'note', event: 'analytics.track', handler: ({ payload: { event } }) => event })

test('a job with a damaged row fails without blocking others', async ({ onTestFinished }) => {
  const { path, open } = createSharedFile(onTestFinished)
  const sender = openStore(path)
  const row = { v: 1, id: '01KJMP2EJGHR5FMF4CZ8ME1J4Q', event: 'analytics.track', tenantId: 'acme', sentAt: 0 } as const
  sender.add([{ ...row, payload: { tenantId: 'acme' } }], 0)
  openDatabase(path).exec(`UPDATE cgk_jobs SET envelope = '{"v":1}'`)
  const client = open({}, { jobs: [note] })
  const { id } = await client.sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
  expect(await client.waitForJob(id)).toMatchObject({ state: 'completed' })
  expect(await client.waitForJob(row.id)).toMatchObject({ state: 'failed' })
})

test.for([
  ['a step', 'UPDATE cgk_steps SET record = substr(record, 1, 9)', 'failed'],
  ['a step that is no longer a record', "UPDATE cgk_steps SET record = '5'", 'failed'],
  ['the record of its workflow', "UPDATE cgk_runs SET workflow = 'x' WHERE workflow IS NOT NULL", 'failed'],
  ['the error of an attempt', "UPDATE cgk_runs SET error = '{' WHERE error IS NOT NULL", 'completed'],
] as const)(
  'a workflow with damage in %s blocks no others and repeats no steps',
  async ([_, damage, state], { onTestFinished }) => {
    const { path, open } = createSharedFile(onTestFinished)
    let paid = 0
    let tries = 0
    const flow = defineWorkflow({
      id: 'flow',
      event: 'work.requested',
      retry: { initialDelay: 500 },
      steps: async (_event, step) => {
        await step.run('pay', () => void paid++)
        if (++tries === 1) throw new Error('once')
      },
    })
    const client = open({}, { jobs: [note, flow] })
    const damaged = await client.sendJob('work.requested', { tenantId: 'acme' })
    const database = openDatabase(path)
    const isRetrying = (): boolean =>
      database.prepare("SELECT 1 FROM cgk_runs WHERE state = 'retrying' AND phase = 0").get() !== undefined
    await waitUntil(isRetrying)
    database.exec(damage)
    expect(await client.waitForJob(damaged.id)).toMatchObject({ state })
    const { id } = await client.sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
    expect(await client.waitForJob(id)).toMatchObject({ state: 'completed' })
    expect(paid).toBe(1)
  },
)

test('an outcome that cannot be stored fails its run and releases its slot', async ({ onTestFinished }) => {
  const { path, open } = createSharedFile(onTestFinished)
  const client = open({ concurrency: 1 }, { jobs: [note] })
  await client.healthCheck()
  openDatabase(path).exec(`
    CREATE TRIGGER refusal BEFORE UPDATE OF output ON cgk_runs WHEN new.output = '"bad"'
    BEGIN SELECT raise(ABORT, 'not this one'); END
  `)
  const [bad, good] = await Promise.all(
    ['bad', 'good'].map((event) => client.sendJob('analytics.track', { tenantId: 'acme', event })),
  )
  expect(await client.waitForJob(good!.id)).toMatchObject({ state: 'completed' })
  const ended = await client.waitForJob(bad!.id)
  expect(ended).toMatchObject({ state: 'failed', runs: [{ attempts: 1 }] })
  expect(ended.runs[0]!.error?.message).toContain('not this one')
})

test('a worker that could not begin jobs reports it, and begins them once it can', async ({ onTestFinished }) => {
  const { path, open } = createSharedFile(onTestFinished)
  const client = open({}, { jobs: [note] })
  await client.healthCheck()
  const database = openDatabase(path)
  database.exec(`
    CREATE TRIGGER refusal BEFORE UPDATE OF taken ON cgk_meta
    BEGIN SELECT raise(ABORT, 'not now'); END
  `)
  const { id } = await client.sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
  const engine = async () => (await client.healthCheck()).checks.find(({ name }) => name === 'engine')
  await expect
    .poll(engine, { timeout: 10_000 })
    .toMatchObject({ ok: false, message: expect.stringContaining('not now') })
  database.exec('DROP TRIGGER refusal')
  expect(await client.waitForJob(id)).toMatchObject({ state: 'completed' })
  expect(await engine()).toMatchObject({ ok: true })
})
