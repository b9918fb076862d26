import { join } from 'node:path'

import { createJobClient } from '@cgk-platform/jobs-trigger'
import { createLoopbackServer, startCliWorker } from '@cgk-platform/jobs-trigger/loopback'

import { describePages } from './describe-pages.ts'
import { quietLogger } from './kit/quiet-logger.ts'
import { testJobs } from './kit/test-jobs.ts'

describePages({
  name: 'Trigger.dev',
  async open() {
    const server = await createLoopbackServer({ listLagMs: 0, metadataLagMs: 0 })
    const worker = await startCliWorker({ server, projectDir: join(import.meta.dirname, 'trigger-project') })
    const config = { apiUrl: server.url, apiKey: server.secretKey }
    const client = createJobClient({ provider: 'trigger.dev', config, jobs: testJobs, logger: quietLogger })
    return {
      client,
      async close() {
        await client.close({ timeout: 0 })
        await worker.close()
        await server.close()
      },
    }
  },
})
