import { PGlite } from '@electric-sql/pglite'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { conformanceOptions, type ConformanceEngine, type ConformanceTarget } from '@cgk-platform/jobs-conformance'
import { createDefaultClient } from '@cgk-platform/test-kit/default-client'
import { injectInto } from '@cgk-platform/test-kit/senders'

import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import '../../src/index.ts'
import { openHost } from './open-host.ts'

/** Creates a target on a PGlite in this process. */
export function createPgliteTarget(): ConformanceTarget {
  // Its statements run in the thread of the handlers.
  const busyMs = 10_000
  return { name: 'PostgreSQL (PGlite)', concurrent: true, busyMs, createDefault: createDefaultClient, open }
}

async function open(): Promise<ConformanceEngine> {
  const pglite = await PGlite.create()
  const create = (role: 'both' | 'send') =>
    createPostgresProvider({ pglite, role, retention: { count: 100_000 } }, { random: () => 0 })
  const provider = create('both')
  let hosts = 0
  const options = conformanceOptions(provider.capabilities)
  const client = createClient({ load: () => provider }, options)
  return {
    client,
    async close() {
      await client.close({ timeout: 0 })
      await pglite.close()
    },
    anotherClient: async () => createClient({ load: () => create('send') }, { ...options, jobs: [] }),
    createClient: (own) =>
      createClient({ load: () => create('send') }, { ...options, jobs: [], hooks: undefined, ...own }),
    openHost(own) {
      const schema = `host_${++hosts}`
      return openHost(provider.capabilities, own, (role) => createPostgresProvider({ pglite, schema, role }))
    },
    inTransaction: (work) => pglite.transaction(work),
    inject: injectInto(provider),
  }
}
