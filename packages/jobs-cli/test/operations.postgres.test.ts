import type { JobHandle } from '@cgk-platform/jobs'
import type { JobDetails, JobSummaryPage } from '@cgk-platform/jobs/inspect'
import { type PostgresServer, startEmbeddedServer } from '@cgk-platform/test-kit/embedded-postgres'
import { createReaderProject, type Started } from '@cgk-platform/test-kit/reader-project'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { connectMcpTo } from './connect-mcp.ts'

// The same commands on PostgreSQL, as users of another machine call them.

const project = createReaderProject()
let server: PostgresServer
let worker: Started

beforeAll(async () => {
  server = await startEmbeddedServer()
  project.write(
    'worker.ts',
    `import { createJobClient, defineJob } from '@cgk-platform/jobs'
defineJob({
  id: 'confirm-order',
  event: 'order.created',
  retry: { maxAttempts: 1 },
  handler: ({ payload }) => {
    if (payload.orderId === 'bad') throw new Error('The mail server is busy')
    return { confirmed: payload.orderId }
  },
})
await createJobClient({ provider: 'postgres' }).start()`,
  )
  worker = project.start('worker.ts', { DATABASE_URL: server.url })
})
afterAll(async () => {
  await worker.terminate()
  project.remove()
  await server.stop()
})

const run = (...args: string[]) => runCommand([...args, '--postgres', server.url], project.folder)

async function json<Result>(...args: string[]): Promise<Result> {
  const { stdout, stderr } = await run(...args, '--json')
  expect(stdout, stderr).not.toBe('')
  return JSON.parse(stdout) as Result
}

const send = (orderId: string) =>
  json<JobHandle>('send', 'order.created', JSON.stringify({ orderId }), '--tenant', 'shop_1')

async function untilState({ id }: JobHandle, state: string): Promise<void> {
  await expect.poll(async () => (await json<JobDetails>('show', id)).state, { timeout: 300_000 }).toBe(state)
}

test('the commands work on PostgreSQL, and leave the jobs to its worker', async () => {
  const [good, bad] = [await send('good'), await send('bad')]
  await untilState(good, 'completed')
  await untilState(bad, 'failed')
  const { jobs } = await json<JobSummaryPage>('list', '--definition', 'confirm-order')
  expect(jobs.map(({ id }) => id)).toEqual([bad.id, good.id])
  expect(await json<JobDetails>('show', good.id, '--payload')).toMatchObject({
    payload: { tenantId: 'shop_1', orderId: 'good' },
    runs: [{ output: { confirmed: 'good' } }],
  })
  expect((await json<JobSummaryPage>('list', '--error', 'MAIL SERVER')).jobs).toMatchObject([{ id: bad.id }])

  expect(await json('retry', bad.id)).toMatchObject({ matched: 1, changed: 1, isComplete: true })
  await untilState(bad, 'failed')
  expect(await run('show', bad.id, '--tenant', 'shop_2')).toMatchObject({ exitCode: 3 })
  expect((await run('workers')).stdout).toContain('confirm-order')
  expect((await run('stats')).stdout).toMatch(/^completed +1$/m)
  expect(await run('migrate')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing to migrate') })
})

test('a paused definition waits until it is resumed', async () => {
  expect(await run('pause', '--definition', 'confirm-order', '--yes')).toMatchObject({ exitCode: 0 })
  const waiting = await send('later')
  await untilState(waiting, 'queued')
  expect(await run('resume', '--definition', 'confirm-order', '--yes')).toMatchObject({ exitCode: 0 })
  await untilState(waiting, 'completed')
})

test('an assistant reads the jobs and the health', async () => {
  const job = await send('asked')
  await untilState(job, 'completed')
  const { data } = await connectMcpTo(['--postgres', server.url], project.folder)
  expect(await data('get_job', { jobId: job.id })).toMatchObject({ job: { state: 'completed' } })
  expect(await data('health_check')).toMatchObject({ ok: true })
})
