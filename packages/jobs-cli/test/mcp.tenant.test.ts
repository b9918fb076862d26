import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { expect, onTestFinished, test } from 'vitest'

import { connectMcp } from './connect-mcp.ts'

test('a server of one tenant does not tell which tenants a schema or a definition names', async () => {
  const project = createReaderProject()
  onTestFinished(() => project.remove())
  project.write(
    'jobs.ts',
    `
import { defineJob } from '@cgk-platform/jobs'
import { z } from 'zod'

export const move = defineJob({
  id: 'move',
  payload: z.object({ tenantId: z.enum(['shop_1', 'shop_2']), to: z.string() }),
  concurrency: 5,
  handler: () => undefined,
})
`,
  )
  project.write(
    'seed.ts',
    `
import { createJobClient } from '@cgk-platform/jobs'
import { move } from './jobs.ts'

const client = createJobClient({ provider: 'local', config: { path: './jobs.db' }, jobs: [move] })
await client.waitForJob((await client.sendJob(move, { tenantId: 'shop_1', to: 'a' })).id)
await client.close()
`,
  )
  const { stderr, exitCode } = await project.run('seed.ts')
  if (exitCode !== 0) throw new Error(stderr)
  const { data, problem } = await connectMcp(project.folder, '--tenant', 'shop_3', '--allow-writes')
  const listed = [await data('list_events'), await data('list_definitions')]
  expect(JSON.stringify(listed)).not.toMatch(/shop_[12]/)
  expect(listed[1]).toMatchObject({ definitions: [{ id: 'move', options: {} }] })
  const refused = await problem('send_job', { event: 'job/move', payload: { to: 'a' } })
  expect(refused).toMatch(/`payload.tenantId`: The event does not accept this tenant\. \(payload_invalid\)$/)
  const all = await connectMcp(project.folder)
  expect(JSON.stringify(await all.data('list_events'))).toContain('shop_2')
  expect(JSON.stringify(await all.data('list_definitions'))).toContain('concurrency')
})
