import { createJobClient } from '@cgk-platform/jobs-local'

import { describePages } from './describe-pages.ts'
import { quietLogger } from './kit/quiet-logger.ts'
import { testJobs } from './kit/test-jobs.ts'

describePages({
  name: 'the local engine in memory',
  async open() {
    const client = createJobClient({
      provider: 'local',
      jobs: testJobs,
      logger: quietLogger,
      config: { store: 'memory' },
    })
    await client.start()
    return { client, close: () => client.close({ timeout: 0 }) }
  },
})
