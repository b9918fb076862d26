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
  const { store = 'memory', concurrency = store === 'sqlite' ? 1_000 : 50 } = settings ?? {}
  const file = store === 'sqlite' && { store: 'sqlite' as const, path: join(folder, 'load.db'), role }
  const weights = settings?.['heavy'] !== undefined && { tenantWeights: { heavy: Number(settings['heavy']) } }
  const config = { ...file, ...weights, concurrency: Number(concurrency) }
  const client = createJobClient({ provider: 'local', logger: noLogger, jobs: role === 'send' ? [] : [job], config })
  if (role !== 'send') await client.start()
  return {
    send: (payloads, runAt) =>
      client.sendJobs(
        payloads.map((payload) => ({ event: 'analytics.track', payload, ...(runAt && { options: { runAt } }) })),
      ),
    close: () => client.close({ timeout: '1s' }),
  }
}

const ignore = (): void => undefined
/** Jobs that are left at the end are no news. */
const noLogger = { debug: ignore, info: ignore, warn: ignore, error: ignore }
