import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { createJobClient, setJobClient } from '@cgk-platform/jobs'

import { gateway } from '../gateway.ts'
import { type DemoEngine, toRealTimeEngine } from './demo-engine.ts'
import type { DemoOptions } from './options.ts'

/** Creates the engine of a store on the system clock. */
export function createRealTimeEngine({ store, folder }: Pick<DemoOptions, 'store' | 'folder'>): DemoEngine {
  if (folder !== undefined) mkdirSync(folder, { recursive: true })
  const path = store === 'sqlite' ? join(folder!, 'jobs.db') : undefined
  const client =
    store === 'postgres'
      ? createJobClient({ provider: 'postgres' })
      : createJobClient({ provider: 'local', config: { path } })
  setJobClient(client)
  const places = {
    memory: 'The local engine',
    sqlite: `The local engine, which stores the jobs in ${path}`,
    postgres: 'The PostgreSQL engine, which stores the jobs in `DATABASE_URL`',
  }
  return {
    ...toRealTimeEngine(client, places[store]),
    ...(store !== 'memory' && { declinesOf: (key: string) => gateway.declined(key) }),
    close: () => client.close(),
  }
}
