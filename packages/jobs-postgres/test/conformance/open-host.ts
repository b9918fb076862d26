import type { Capabilities } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { conformanceOptions, type ConformanceEngine, type OwnHost } from '@cgk-platform/jobs-conformance'

import type { PostgresProvider } from '../../src/provider/postgres-provider.ts'

/** Opens a host with its own options. @param connect - opens its engine */
export async function openHost(
  capabilities: Capabilities,
  own: Parameters<NonNullable<ConformanceEngine['openHost']>>[0],
  connect: (role: 'both' | 'send') => PostgresProvider,
): Promise<OwnHost> {
  const options = { ...conformanceOptions(capabilities), hooks: undefined, codec: undefined }
  const client = createClient({ load: () => connect('both') }, { ...options, ...own })
  await client.start()
  return {
    client,
    other: (more) => createClient({ load: () => connect('send') }, { ...options, jobs: own.jobs, ...more }),
    close: () => client.close({ timeout: 0 }),
  }
}
