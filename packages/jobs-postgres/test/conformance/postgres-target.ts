import { setTimeout } from 'node:timers/promises'

import { createClient } from '@cgk-platform/jobs-core/provider'
import {
  conformanceJobs,
  conformanceOptions,
  type ConformanceEngine,
  type ConformanceTarget,
} from '@cgk-platform/jobs-conformance'
import { createDefaultClient } from '@cgk-platform/test-kit/default-client'
import { createDeployable } from '@cgk-platform/test-kit/deployable'
import { injectInto } from '@cgk-platform/test-kit/senders'

import { createPostgresProvider } from '../../src/provider/postgres-provider.ts'
import { inTransaction } from '../kit/in-transaction.ts'
import { openDatabase, type TestDatabase } from '../kit/open-database.ts'
import '../../src/index.ts'
import { openHost } from './open-host.ts'
import { createRestartable } from './restartable-provider.ts'

/** Creates a target whose engine runs in this process. */
export function createPostgresTarget(): ConformanceTarget {
  return { name: 'PostgreSQL', concurrent: true, busyMs: 8000, createDefault: createDefaultClient, open }
}

async function open(): Promise<ConformanceEngine> {
  const opened = await openDatabase()
  const { url, schema } = opened
  const restartable = createRestartable(opened, (pool) =>
    createPostgresProvider({ pool, schema, retention: { count: 100_000 } }, { random: () => 0 }),
  )
  const { provider, register } = createDeployable(restartable.provider)
  const { capabilities } = provider
  const options = conformanceOptions(capabilities)
  const client = createClient({ load: () => provider }, options)
  return {
    client,
    async close() {
      await client.close({ timeout: 0 })
      await restartable.close()
      await opened.close()
    },
    async anotherClient() {
      const sender = createPostgresProvider({ connectionString: url, schema, role: 'send' })
      return createClient({ load: () => sender }, { ...options, jobs: [] })
    },
    createClient(own) {
      const another = createPostgresProvider({ connectionString: url, schema, role: 'send' })
      return createClient({ load: () => another }, { ...options, jobs: [], hooks: undefined, ...own })
    },
    async openHost(own) {
      const place = await openDatabase()
      const host = await openHost(capabilities, own, (role) =>
        createPostgresProvider({ connectionString: place.url, schema: place.schema, role }),
      )
      const close = async (): Promise<void> => {
        await host.close()
        await place.close()
      }
      return { ...host, close }
    },
    inTransaction: (work) => inTransaction(url, work),
    inject: injectInto(provider),
    restart: () => restartable.restart(),
    async deploy(generation) {
      await untilSuspended(opened)
      register(conformanceJobs(capabilities, { generation }))
      await restartable.restart()
    },
  }
}

/** Waits until no worker holds a run of a workflow: the waiting step of one can be read before the run itself waits. */
async function untilSuspended({ database }: TestDatabase): Promise<void> {
  const sql = 'SELECT 1 FROM {schema}.open_runs WHERE worker IS NOT NULL AND workflow IS NOT NULL LIMIT 1'
  while ((await database.query(sql)).length > 0) await setTimeout(10)
}
