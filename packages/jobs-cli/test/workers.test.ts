import type { WorkerInfo } from '@cgk-platform/jobs/inspect'
import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { hostname } from 'node:os'
import { afterAll, expect, test } from 'vitest'

const project = createReaderProject()
afterAll(() => project.remove())

test('`workers` names the host and the process of each worker', async () => {
  project.write(
    'worker.ts',
    `import { createJobClient, defineJob } from '@cgk-platform/jobs'
defineJob({ id: 'confirm-order', event: 'order.created', handler: () => undefined })
await createJobClient({ provider: 'local', config: { path: 'jobs.db' } }).start()
console.log('pid', process.pid)`,
  )
  const worker = project.start('worker.ts', {})
  await expect.poll(() => worker.printed(), { timeout: 60_000 }).toMatch(/pid \d+\n/)
  const pid = Number(/pid (\d+)/.exec(worker.printed())![1])
  const list = async () => {
    const { stdout } = await runCommand(['workers', '--file', 'jobs.db', '--json'], project.folder)
    return JSON.parse(stdout) as WorkerInfo[]
  }
  await expect
    .poll(list, { timeout: 60_000 })
    .toMatchObject([{ host: hostname(), pid, definitionIds: ['confirm-order'] }])
  const { stdout } = await runCommand(['workers', '--file', 'jobs.db'], project.folder)
  expect(stdout.split('\n')[0]).toMatch(/^WORKER +HOST +PID +SINCE +SEEN +RUNNING +DEFINITIONS$/)
  expect(stdout.split('\n')[1]).toMatch(new RegExp(String.raw`^\d+ +${hostname()} +${pid} .* confirm-order$`))
  await worker.terminate()
})
