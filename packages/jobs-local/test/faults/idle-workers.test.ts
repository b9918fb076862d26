import { DatabaseSync } from 'node:sqlite'

import { defineJob } from '@cgk-platform/jobs-core'
import { expect, test } from 'vitest'

import { ask, createSharedFile } from '../kit/shared-file.ts'
import { waitUntil } from '../kit/wait-until.ts'
import '../kit/work.ts'

const job = defineJob({ id: 'work', event: 'analytics.track', handler: () => undefined })

test(
  'workers with nothing to do write their beats and nothing else',
  { timeout: 60_000 },
  async ({ onTestFinished }) => {
    const { path, client, open } = createSharedFile(onTestFinished)
    for (const _ of [1, 2, 3]) await open({ lease: 4000 }, { jobs: [job] }).start()
    await client.waitForJob(await ask(client))
    const database = new DatabaseSync(path, { timeout: 5000 })
    onTestFinished(() => database.close())
    const versions = new Set<unknown>()
    const until = performance.now() + 3000
    await waitUntil(() => {
      versions.add(database.prepare('PRAGMA data_version').get()!['data_version'])
      return performance.now() > until
    })
    // One beat a second of each, and what was under way at first.
    expect(versions.size).toBeLessThan(20)
  },
)
