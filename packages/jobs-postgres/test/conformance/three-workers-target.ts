import {
  type ConformanceEngine,
  type ConformanceOpenOptions,
  conformanceOptions,
  type ConformanceTarget,
} from '@cgk-platform/jobs-conformance'
import { createDefaultClient } from '@cgk-platform/test-kit/default-client'
import { openSenders } from '@cgk-platform/test-kit/senders'
import { startWorkerProcesses } from '@cgk-platform/test-kit/worker-processes'
import type { PostgresServer } from '@cgk-platform/test-kit/embedded-postgres'

import { createPostgresProvider, postgresCapabilities } from '../../src/provider/postgres-provider.ts'
import { inTransaction } from '../kit/in-transaction.ts'
import { openDatabase } from '../kit/open-database.ts'
import { startPgbouncer } from '@cgk-platform/test-kit/pgbouncer'
// The package's entry, which registers its engine as the default.
import '../../src/index.ts'

const worker = new URL('../fixtures/conformance-worker.ts', import.meta.url)

/** Creates a target with three worker processes. The client under test only sends and has no jobs. */
export function createThreeWorkersTarget(): ConformanceTarget {
  return {
    name: 'PostgreSQL (three workers)',
    concurrent: true,
    busyMs: 8000,
    createDefault: createDefaultClient,
    open: (options) => open(options),
  }
}

/** Creates that target behind pgbouncer in transaction mode. */
export function createPooledTarget(): ConformanceTarget {
  return {
    name: 'PostgreSQL (pgbouncer)',
    concurrent: true,
    busyMs: 8000,
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
  const workers = await startWorkerProcesses(
    3,
    { url: worker, args: [url, schema] },
    { CONFORMANCE_JOURNAL: journalPath },
  )
  const connect = () => createPostgresProvider({ connectionString: url, schema, role: 'send' })
  const senders = openSenders(connect, conformanceOptions(postgresCapabilities))
  return {
    ...senders,
    ...workers,
    inTransaction: (work) => inTransaction(url, work),
    async close() {
      await senders.client.close({ timeout: 0 })
      await workers.close()
      await pooler?.stop()
      await opened.close()
    },
  }
}
