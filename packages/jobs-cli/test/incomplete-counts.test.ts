import type { ChangeJobsResult, JobSummaryPage } from '@cgk-platform/jobs/inspect'
import { createLoopbackEngine } from '@cgk-platform/inngest-loopback'
import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { afterAll, beforeAll, expect, test } from 'vitest'

// On a hosted engine, a count sees the jobs of one page. Here, all jobs that match are behind it.

const project = createReaderProject()
const failedJobs = 3
const otherJobs = 55 // more than a page, and sent before

beforeAll(() => {
  project.write(
    'jobs.ts',
    `import { defineJob } from '@cgk-platform/jobs'
defineJob({
  id: 'once',
  event: 'order.created',
  retry: { maxAttempts: 1 },
  handler: ({ payload }) => {
    throw new Error(payload.orderId === 'bad' ? 'The mail server is busy' : 'The address is unknown')
  },
})`,
  )
  project.write(
    'worker.ts',
    `import { createJobClient } from '@cgk-platform/jobs'
import './jobs.ts'
const client = createJobClient({ provider: 'inngest' })
await client.start()
const send = (count, orderId) =>
  Promise.all(Array.from({ length: count }, () => client.sendJob('order.created', { tenantId: 'shop_1', orderId })))
for (const { id } of await send(${otherJobs}, 'unknown')) await client.waitForJob(id)
for (const { id } of await send(${failedJobs}, 'bad')) await client.waitForJob(id)
console.log('ready')`,
  )
})
afterAll(() => project.remove())

test('a count of one page is no reason to retry without asking', async ({ onTestFinished }) => {
  const engine = await createLoopbackEngine()
  onTestFinished(() => engine.close())
  const environment = { JOB_PROVIDER: 'inngest', INNGEST_DEV: engine.url }
  const run = (...args: string[]) => runCommand(args, project.folder, environment)
  const worker = project.start('worker.ts', environment)
  await expect.poll(() => worker.printed(), { timeout: 60_000 }).toContain('ready\n')

  const filter = ['--definition', 'once', '--error', 'mail server', '--until', '0s']
  const counted = await run('retry', ...filter, '--dry-run')
  expect(counted).toMatchObject({ exitCode: 0, stdout: '0 or more jobs would be retried.\n' })
  expect(counted.stderr).toMatch(/^Counting was stopped at the jobs that were sent at \S+Z\. There may be more\.\n$/)
  const refused = await run('retry', ...filter)
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' })
  expect(refused.stderr).toContain('0 or more jobs match; counting was stopped. Add `--yes`')
  const stats = await run('stats')
  expect(stats.stdout).toMatch(/at least \d+ jobs sent, .*counting was stopped/)

  const { stdout } = await run('list', '--state', 'failed', '--error', 'mail server', '--all', '--json')
  const failed = (JSON.parse(stdout) as JobSummaryPage).jobs
  expect(failed.map(({ runs }) => runs.length)).toEqual(Array.from({ length: failedJobs }, () => 1))
  const retried = await run('retry', ...filter, '--yes', '--json')
  expect(JSON.parse(retried.stdout) as ChangeJobsResult).toMatchObject({ changed: failedJobs, isComplete: true })
  await worker.terminate()
})
