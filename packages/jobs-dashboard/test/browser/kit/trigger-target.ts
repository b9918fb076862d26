import { join } from 'node:path'

import { createJobClient } from '@cgk-platform/jobs-trigger'
import { createLoopbackServer, startCliWorker } from '@cgk-platform/trigger-loopback'

import { quietLogger } from './quiet-logger.ts'
import type { Target } from './target.ts'
import { testJobs } from './test-jobs.ts'

/** Trigger.dev's CLI worker on the loopback server. */
export const triggerTarget: Target = {
  name: 'Trigger.dev',
  async open() {
    const server = await createLoopbackServer({ listLagMs: 0, metadataLagMs: 0 })
    const worker = await startCliWorker({ server, projectDir: join(import.meta.dirname, '../trigger-project') })
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
}
