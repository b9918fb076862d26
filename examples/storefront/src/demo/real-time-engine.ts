import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { createJobClient, setJobClient } from '@cgk-platform/jobs'

import { gateway } from '../gateway.ts'
import { sendAll, type DemoEngine } from './demo-engine.ts'

/** Creates the local engine on the system clock. With a folder, it stores its jobs in a file there. */
export function createRealTimeEngine(folder?: string): DemoEngine {
  if (folder !== undefined) mkdirSync(folder, { recursive: true })
  const path = folder && join(folder, 'jobs.db')
  const client = createJobClient({ provider: 'local', config: { path } })
  setJobClient(client)
  return {
    client,
    description: path
      ? `All events are sent at once to the local engine, which stores the jobs in ${path}; retries wait in real time.`
      : 'All events are sent at once to the local engine; retries wait in real time.',
    ...(path && { declinesOf: (key: string) => gateway.declined(key) }),
    simulatesDays: false,
    simulate: async (events) =>
      sendAll(
        client,
        events.map(({ item }) => item),
      ),
    close: () => client.close(),
  }
}
