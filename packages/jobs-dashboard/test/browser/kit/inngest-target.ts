import { createLoopbackEngine, serveApp } from '@cgk-platform/inngest-loopback'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createInngestFunctions } from '@cgk-platform/jobs-inngest'
import { createInngestProvider } from '@cgk-platform/jobs-inngest/provider'
import { Inngest } from 'inngest'

import { quietLogger } from './quiet-logger.ts'
import type { Target } from './target.ts'
import { testJobs } from './test-jobs.ts'

/** Inngest's SDK on the loopback engine. */
export const inngestTarget: Target = {
  name: 'Inngest',
  async open() {
    const server = await createLoopbackEngine()
    const inngest = new Inngest({ id: 'jobs', baseUrl: server.url, isDev: true, logger: quietLogger })
    const client = createClient(
      { load: () => createInngestProvider({ client: inngest }) },
      { jobs: testJobs, logger: quietLogger },
    )
    const host = { client: inngest, jobs: testJobs, logger: quietLogger, jobClient: client }
    const app = await serveApp(inngest, createInngestFunctions(host))
    await server.sync(app.url)
    return {
      client,
      async close() {
        await client.close({ timeout: 0 })
        await app.close()
        await server.close()
      },
    }
  },
}
