import { createJobClient } from '@cgk-platform/jobs-local'

import { quietLogger } from './quiet-logger.ts'
import type { Target } from './target.ts'
import { testJobs } from './test-jobs.ts'

/** The local engine in memory. It runs jobs once its client starts. */
export const memoryTarget: Target = {
  name: 'the local engine in memory',
  async open() {
    const config = { store: 'memory' } as const
    const client = createJobClient({ provider: 'local', jobs: testJobs, logger: quietLogger, config })
    return { client, close: () => client.close({ timeout: 0 }) }
  },
}
