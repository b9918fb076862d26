import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createJobClient } from '@cgk-platform/jobs-local'

import { describePages } from './describe-pages.ts'
import { quietLogger } from './kit/quiet-logger.ts'
import { testJobs } from './kit/test-jobs.ts'

describePages({
  name: 'the local engine in a file',
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'dashboard-'))
    const client = createJobClient({
      provider: 'local',
      jobs: testJobs,
      logger: quietLogger,
      config: { store: 'sqlite', path: join(folder, 'jobs.db') },
    })
    await client.start()
    return {
      client,
      async close() {
        await client.close({ timeout: 0 })
        rmSync(folder, { recursive: true })
      },
    }
  },
})
