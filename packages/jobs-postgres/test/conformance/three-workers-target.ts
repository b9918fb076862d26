import {
  type ConformanceEngine,
  type ConformanceOpenOptions,
  conformanceOptions,
  type ConformanceTarget,
} from '@cgk-platform/jobs-conformance'
import type { JobClient } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import type { PostgresServer } from '@cgk-platform/test-kit/embedded-postgres'

import { createPostgresProvider, postgresCapabilities } from '../../src/provider/postgres-provider.ts'
import { openDatabase } from '../kit/open-database.ts'
import { startPgbouncer } from '../kit/pgbouncer.ts'
import { createDefaultClient } from './create-default-client.ts'
import { startWorkerProcesses } from './worker-processes.ts'

/** Creates a target with three worker processes. The client under test only sends and has no jobs. */
export function createThreeWorkersTarget(): ConformanceTarget {
  return {
    name: 'PostgreSQL (three workers)',
    concurrent: true,
    createDefault: createDefaultClient,
    open: (options) => open(options),
  }
}

/** Creates that target behind pgbouncer in transaction mode. */
export function createPooledTarget(): ConformanceTarget {
  return {
    name: 'PostgreSQL (pgbouncer)',
    concurrent: true,
    createDefault: createDefaultClient,
    open: (options) => open(options, startPgbouncer),
  }
}

/** @param startPooler - starts a pooler in front of the server */
async function open(
  { journalPath }: ConformanceOpenOptions,
  startPooler?: (url: string) => Promise<PostgresServer>,
): Promise<ConformanceEngine> {
  const opened = await openDatabase()
  const { schema } = opened
  const pooler = await startPooler?.(opened.url)
  const { url } = pooler ?? opened
  const workers = await startWorkerProcesses(3, { url, schema }, { CONFORMANCE_JOURNAL: journalPath })
  const connect = () => createPostgresProvider({ connectionString: url, schema, role: 'send' })
  const options = { ...conformanceOptions(postgresCapabilities), jobs: [] }
  const createOn = (own: Parameters<NonNullable<ConformanceEngine['createClient']>>[0] = {}): JobClient =>
    createClient({ load: connect }, { ...options, ...own })
  const provider = connect()
  const client = createClient({ load: () => provider }, options)
  return {
    client,
    hasNoDefinitions: true,
    anotherClient: async () => createOn(),
    createClient: (own) => createOn({ hooks: undefined, ...own }),
    async inject(envelope) {
      const [answer] = await provider.send([envelope])
      if (!answer?.ok) throw answer?.error ?? new Error('The engine gave no answer.')
      return answer.id
    },
    restart: () => workers.restart(),
    deploy: (generation) => workers.deploy(generation),
    deployBeside: (generation) => workers.deploy(generation, 1),
    async close() {
      await client.close({ timeout: 0 })
      await workers.close()
      await pooler?.stop()
      await opened.close()
    },
  }
}
