import type { JobClient } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import {
  conformanceOptions,
  type ConformanceEngine,
  type ConformanceOpenOptions,
  type ConformanceTarget,
} from '@cgk-platform/jobs-conformance'

import { sqliteCapabilities } from '../../src/provider/capabilities.ts'
import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'
import { createDefaultClient } from './create-default-client.ts'
import { startWorkerProcesses } from './worker-processes.ts'

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
  const workers = await startWorkerProcesses(3, file.path, { CONFORMANCE_JOURNAL: journalPath })
  const connect = () => createLocalProvider({ path: file.path, role: 'send' })
  const options = { ...conformanceOptions(sqliteCapabilities), jobs: [] }
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
      if (!answer?.ok) throw answer?.error ?? new Error('The local engine gave no answer.')
      return answer.id
    },
    restart: () => workers.restart(),
    deploy: (generation) => workers.deploy(generation),
    deployBeside: (generation) => workers.deploy(generation, 1),
    async close() {
      await client.close({ timeout: 0 })
      await workers.close()
      file.remove()
    },
  }
}
