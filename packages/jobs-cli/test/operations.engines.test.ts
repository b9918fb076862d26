import type { JobHandle } from '@cgk-platform/jobs'
import type { JobDetails, JobSummaryPage } from '@cgk-platform/jobs/inspect'
import { createLoopbackEngine } from '@cgk-platform/inngest-loopback'
import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The same commands on a hosted engine: a loopback engine for the vendor's unchanged SDK.

const project = createReaderProject()

beforeAll(() => {
  project.write(
    'jobs.ts',
    `import { defineJob } from '@cgk-platform/jobs'
defineJob({
  id: 'confirm-order',
  event: 'order.created',
  retry: { maxAttempts: 1 },
  handler: ({ payload }) => {
    if (payload.orderId === 'bad') throw new Error('The mail server is busy')
    return { confirmed: payload.orderId }
  },
})`,
  )
  project.write(
    'worker.ts',
    `import { createJobClient } from '@cgk-platform/jobs'
import './jobs.ts'
await createJobClient({ provider: 'inngest' }).start()
console.log('connected')`,
  )
})
afterAll(() => project.remove())

test('the commands work on Inngest, and leave the jobs to its worker', async ({ onTestFinished }) => {
  const engine = await createLoopbackEngine()
  onTestFinished(() => engine.close())
  const environment = { JOB_PROVIDER: 'inngest', INNGEST_DEV: engine.url }
  const json = async <Result>(...args: string[]): Promise<Result> => {
    const { stdout, stderr } = await runCommand([...args, '--json'], project.folder, environment)
    expect(stdout, stderr).not.toBe('')
    return JSON.parse(stdout) as Result
  }
  const worker = project.start('worker.ts', environment)
  await expect.poll(() => worker.printed()).toContain('connected\n')

  const send = (orderId: string) =>
    json<JobHandle>('send', 'order.created', JSON.stringify({ orderId }), '--tenant', 'shop_1')
  const [good, bad] = [await send('good'), await send('bad')]
  const stateOf = async ({ id }: JobHandle) => (await json<JobDetails>('show', id)).state
  await expect.poll(() => stateOf(good), { timeout: 300_000 }).toBe('completed')
  await expect.poll(() => stateOf(bad), { timeout: 300_000 }).toBe('failed')
  const { jobs } = await json<JobSummaryPage>('list', '--definition', 'confirm-order')
  expect(jobs.map(({ id }) => id)).toEqual([bad.id, good.id])
  expect(await json<JobDetails>('show', good.id, '--payload')).toMatchObject({
    payload: { tenantId: 'shop_1', orderId: 'good' },
    runs: [{ output: { confirmed: 'good' } }],
  })

  expect(await json('retry', bad.id)).toMatchObject({ matched: 1, changed: 1, isComplete: true })
  for (const command of ['show', 'cancel']) {
    const other = await runCommand([command, bad.id, '--tenant', 'shop_2'], project.folder, environment)
    expect(other).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('(job_not_found)') })
  }
  // Inngest may show the job of a new id later.
  const unknownId = bad.id.slice(0, -1) + (bad.id.endsWith('0') ? '1' : '0')
  const unknown = await runCommand(['show', unknownId], project.folder, environment)
  expect(unknown).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('(job_not_visible)') })

  const stats = await runCommand(['stats'], project.folder, environment)
  expect(stats.stdout).toMatch(/^Jobs of this time by state\nSTATE +JOBS\n/)

  const paused = await runCommand(['pause', '--definition', 'confirm-order', '--yes'], project.folder, environment)
  expect(paused).toMatchObject({ exitCode: 1, stdout: '' })
  expect(paused.stderr).toMatch(/`inngest` does not support `pauseJobs of a definition`.*\(unsupported_feature\)\n$/)
  await worker.terminate()
})
