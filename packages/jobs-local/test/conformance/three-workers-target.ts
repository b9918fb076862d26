import {
  conformanceOptions,
  type ConformanceEngine,
  type ConformanceOpenOptions,
  type ConformanceTarget,
} from '@cgk-platform/jobs-conformance'

import { createDefaultClient } from '@cgk-platform/test-kit/default-client'
import { openSenders } from '@cgk-platform/test-kit/senders'
import { startWorkerProcesses } from '@cgk-platform/test-kit/worker-processes'
import { sqliteCapabilities } from '../../src/provider/capabilities.ts'
import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { inTransaction } from '../kit/in-transaction.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'
// The package's entry, which registers its engine as the default.
import '../../src/index.ts'

const worker = new URL('../fixtures/conformance-worker.ts', import.meta.url)

/** A target with three worker processes on one file. The client under test only sends and has no jobs. */
export function createThreeWorkersTarget(): ConformanceTarget {
  return {
    name: 'local (SQLite, three workers)',
    concurrent: true,
    createDefault: createDefaultClient,
    open,
  }
}

async function open({ journalPath }: ConformanceOpenOptions): Promise<ConformanceEngine> {
  const file = createTemporaryFile()
  const workers = await startWorkerProcesses(
    3,
    { url: worker, args: [file.path] },
    { CONFORMANCE_JOURNAL: journalPath },
  )
  const connect = () => createLocalProvider({ path: file.path, role: 'send' })
  const senders = openSenders(connect, conformanceOptions(sqliteCapabilities))
  return {
    ...senders,
    ...workers,
    inTransaction: (work) => inTransaction(file.path, work),
    async close() {
      await senders.client.close({ timeout: 0 })
      await workers.close()
      file.remove()
    },
  }
}
