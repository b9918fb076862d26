import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { createJobClient, setJobClient } from '@cgk-platform/jobs'

import { gateway } from '../gateway.ts'
import { type DemoEngine, toRealTimeEngine } from './demo-engine.ts'

/** Creates the local engine on the system clock. With a folder, it stores its jobs in a file there. */
export function createRealTimeEngine(folder?: string): DemoEngine {
  if (folder !== undefined) mkdirSync(folder, { recursive: true })
  const path = folder && join(folder, 'jobs.db')
  const client = createJobClient({ provider: 'local', config: { path } })
  setJobClient(client)
  const what = path ? `The local engine, which stores the jobs in ${path}` : 'The local engine'
  return {
    ...toRealTimeEngine(client, what),
    ...(path && { declinesOf: (key: string) => gateway.declined(key) }),
    close: () => client.close(),
  }
}
