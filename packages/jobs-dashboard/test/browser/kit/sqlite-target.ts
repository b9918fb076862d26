import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createJobClient } from '@cgk-platform/jobs-local'

import { quietLogger } from './quiet-logger.ts'
import type { Target } from './target.ts'
import { testJobs } from './test-jobs.ts'

/** The local engine with a file. */
export const sqliteTarget: Target = {
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
}
