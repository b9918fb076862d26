import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { expect, onTestFinished, test } from 'vitest'

import { connectMcp } from './connect-mcp.ts'

/** Creates an app whose platform ran a job of a tenant, which was cancelled. */
async function platformProject() {
  const created = createReaderProject()
  onTestFinished(() => created.remove())
  created.write(
    'jobs.ts',
    `
import { defineEvents, defineJob, defineWorkflow, eventType } from '@cgk-platform/jobs'

declare module '@cgk-platform/jobs' {
  interface JobEvents {
    'order.placed': { tenantId: string }
    'shops.synced': { tenantId: string }
  }
}
defineEvents({ 'order.placed': eventType(), 'shops.synced': eventType() })
export const confirm = defineJob({ id: 'confirm', event: 'order.placed', handler: () => undefined })
export const sync = defineWorkflow({
  id: 'sync',
  event: 'shops.synced',
  retry: { maxAttempts: 1 },
  steps: (_event, step) => step.runJob('order', confirm, { tenantId: 'shop_1' }),
})
`,
  )
  created.write(
    'seed.ts',
    `
import { createJobClient } from '@cgk-platform/jobs'
import { confirm, sync } from './jobs.ts'

const client = createJobClient({ provider: 'local', config: { path: './jobs.db' }, jobs: [confirm, sync] })
await client.pauseJobs({ tenantId: 'shop_1' })
const { id } = await client.forSystem().sendJob('shops.synced', {})
const other = await new Promise((resolve) => {
  client.inspect.subscribe({ tenantId: 'shop_1' }, ({ jobs: [job] }) => job && resolve(job.id))
})
await client.cancelJob(other)
await client.waitForJob(id)
await client.close()
console.error(JSON.stringify({ own: id, other }))
`,
  )
  const { stderr, exitCode } = await created.run('seed.ts')
  if (exitCode !== 0) throw new Error(stderr)
  return {
    folder: created.folder,
    ...(JSON.parse(stderr.trim().split('\n').at(-1)!) as { own: string; other: string }),
  }
}

test('a server of the platform hides what belongs to the jobs of tenants that a workflow ran', async () => {
  const { folder, own, other } = await platformProject()
  const { call, data, problem } = await connectMcp(folder, '--tenant', 'system', '--allow-writes', '--allow-payloads')
  for (const tool of ['list_jobs', 'list_failed_by_error', 'get_stats', 'get_job', 'wait_for_job', 'cancel_job']) {
    const text = JSON.stringify(await call(tool, tool.endsWith('_job') ? { jobId: own } : {}))
    expect([tool, text.includes('"isError"'), text.includes(other), text.includes('shop_1')]).toEqual([
      tool,
      false,
      false,
      false,
    ])
  }
  expect(await problem('list_jobs', { errorText: other })).toMatch(/`errorText` .*\(invalid_option\)$/)
  expect(await problem('retry_jobs', { errorText: other })).toMatch(/`errorText`/)
  expect(await data('get_job', { jobId: own })).toMatchObject({
    job: { runs: [{ error: { name: 'HiddenError' }, steps: [{ id: 'order', error: { name: 'HiddenError' } }] }] },
  })
  const all = await connectMcp(folder)
  expect(JSON.stringify(await all.data('get_job', { jobId: own }))).toContain(other)
})
