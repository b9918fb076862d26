import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'

import type { JobDetails } from '@cgk-platform/jobs-core/inspect'
import { expect, test } from 'vitest'

import { migrateFile } from '../../src/store/sqlite/migrate-file.ts'
import { goldenEnd, goldenJobs, openGolden } from '../kit/golden.ts'
import { expanded, present, presentVersion } from '../kit/schemas.ts'
import { createTestFile } from '../kit/test-file.ts'

// `schema-N.sql` is a file with a job in each state, as code of schema version N left it when it was killed;
// `schema-N.json` is what that code read from it. Every later version must read it, and run its jobs to their ends.

const folder = join(import.meta.dirname, '../fixtures/golden')
const versions = readdirSync(folder).flatMap((name) => /^schema-(\d+)\.sql$/.exec(name)?.[1] ?? [])

function createGoldenFile(version: string): string {
  const { path } = createTestFile()
  const database = new DatabaseSync(path)
  database.exec(readFileSync(join(folder, `schema-${version}.sql`), 'utf8'))
  database.close()
  return path
}

const readBy = (version: string): JobDetails[] =>
  JSON.parse(readFileSync(join(folder, `schema-${version}.json`), 'utf8')) as JobDetails[]

test('the present schema version has a golden file', () => {
  expect(versions, 'write it with `./dev run packages/jobs-local/test/fixtures/golden/write.ts`').toContain(
    String(presentVersion),
  )
})

test.each(versions)('the jobs of a file of version %s are read as then, by every kind of read', async (version) => {
  const path = createGoldenFile(version)
  migrateFile(path, false)
  const { client } = openGolden(path, goldenEnd, [], { role: 'send' })
  const expected = readBy(version)
  const listed = (await client.inspect.listJobs({ limit: 1000 })).jobs
  expect(listed.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
  for (const before of expected) {
    const job = await client.inspect.getJob(before.id)
    expect(JSON.parse(JSON.stringify(job))).toMatchObject(before)
    const { state, runs } = await client.getJobStatus(before.id)
    expect([state, runs.length]).toEqual([before.state, before.runs.length])
  }
  for (const state of new Set(expected.map((job) => job.state))) {
    const found = (await client.inspect.listJobs({ states: [state], limit: 1000 })).jobs
    expect(found.map(({ id }) => id)).toEqual(expected.filter((job) => job.state === state).map(({ id }) => id))
  }
  expect((await client.listJobs({ reference: 'order_1' })).jobs).toMatchObject([{ event: 'golden.simple' }])
  expect((await client.listPauses()).map(({ definitionId, tenantId }) => definitionId ?? tenantId)).toEqual([
    'held',
    'globex',
  ])
  const again = { idempotencyKey: 'key_1', idempotencyTtl: '30d' } as const
  const { id } = await client.sendJob('golden.simple', { tenantId: 'acme' }, again)
  expect(id).toBe(expected.at(-1)!.id)
  await client.close()
})

const cases = versions.flatMap((version) => [
  { version, by: 'this version', migrations: present },
  { version, by: 'a later one', migrations: expanded },
])

test.each(cases)('$by runs the jobs of a file of version $version to their ends', async ({ version, migrations }) => {
  const path = createGoldenFile(version)
  const did: string[] = []
  const jobs = goldenJobs(false, (what) => did.push(what))
  const { client, pass } = openGolden(path, goldenEnd, jobs, { role: 'work' }, migrations)
  await client.start()
  await client.resumeJobs({ definitionId: 'held' })
  await client.resumeJobs({ tenantId: 'globex' })
  for (const { id, state } of readBy(version)) if (state === 'failed') await client.retryJob(id)
  await client.sendJob('golden.answer', { tenantId: 'acme', key: 'a' })
  await pass(11 * 24 * 3_600_000)
  const ended = await Promise.all(
    readBy(version).map(async ({ id, event, state: before }) => {
      const { state, runs } = await client.getJobStatus(id)
      return [event, before, state, runs.at(-1)?.output ?? null]
    }),
  )
  // Code of version 16 sent a job that a step runs as its event.
  const calledAs = version === '16' ? 'golden.called' : 'job/called'
  expect(ended).toEqual([
    ['golden.asleep', 'running', 'completed', ['one', 'two']],
    ['golden.retrying', 'retrying', 'completed', 'at last'],
    ['golden.batched', 'queued', 'completed', 2],
    ['golden.batched', 'queued', 'completed', 2],
    ['golden.debounced', 'scheduled', 'completed', 'quiet'],
    ['golden.debounced', 'superseded', 'superseded', null],
    ['golden.keyed', 'completed', 'completed', 'b'],
    ['golden.keyed', 'queued', 'completed', 'a'],
    ['golden.keyed', 'completed', 'completed', 'a'],
    ['cron/hourly', 'completed', 'completed', 'ticked'],
    ['golden.simple', 'queued', 'completed', 'done'],
    ['golden.held', 'queued', 'completed', 'released'],
    ['golden.running', 'queued', 'completed', 'ended'],
    ['golden.running', 'running', 'completed', 'ended'],
    ['golden.compensated', 'failed', 'completed', null],
    [calledAs, 'running', 'completed', 'answered'],
    ['golden.calling', 'running', 'completed', 'answered'],
    ['golden.waiting', 'running', 'completed', ['one', 'a']],
    ['golden.asleep', 'completed', 'completed', ['one', 'two']],
    ['golden.unhandled', 'unhandled', 'unhandled', null],
    ['golden.failing', 'failed', 'completed', 'retried'],
    ['golden.simple', 'scheduled', 'completed', 'delayed'],
    ['golden.simple', 'cancelled', 'cancelled', null],
    ['golden.simple', 'completed', 'completed', 'keyed'],
  ])
  expect(did, 'completed steps are not repeated').toEqual(['asleep: last'])
  await client.close({ timeout: 0 })
})
