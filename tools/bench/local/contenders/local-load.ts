import { join } from 'node:path'

import { createJobClient, defineJob } from '@cgk-platform/jobs'
import type { ContenderOptions, LoadModule } from 'bench-peers/contender'

/** Opens a process of the local engine, in memory or on a file that all processes share. */
export const openLoad: LoadModule['openLoad'] = async ({ folder, settings }: ContenderOptions, role, started) => {
  const job = defineJob({
    id: 'load',
    event: 'analytics.track',
    handler: async ({ payload }) => started(Number(payload.userId)),
  })
  const file = { store: 'sqlite' as const, path: join(folder, 'load.db'), concurrency: 1_000, role }
  const config = settings?.['store'] === 'sqlite' ? file : { concurrency: 50 }
  const client = createJobClient({ provider: 'local', jobs: role === 'send' ? [] : [job], config })
  if (role !== 'send') await client.start()
  return {
    send: (payloads) => client.sendJobs(payloads.map((payload) => ({ event: 'analytics.track', payload }))),
    close: () => client.close({ timeout: '1s' }),
  }
}
