import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { createJobClient, setJobClient } from '@cgk-platform/jobs'

import { gateway } from '../gateway.ts'
import { sendAll, type Stage } from './stage.ts'

/** The local engine as an app uses it, on the machine's own clock; with a folder, its jobs are kept in a file there. */
export function createRealTime(folder?: string): Stage {
  if (folder !== undefined) mkdirSync(folder, { recursive: true })
  const path = folder && join(folder, 'jobs.db')
  const client = createJobClient({ provider: 'local', config: { path } })
  setJobClient(client)
  return {
    client,
    description: path
      ? `All are sent at once to the local engine, which keeps them in ${path}; retries wait their seconds.`
      : 'All are sent at once to the local engine; retries wait their seconds.',
    ...(path && { declinesOf: (key: string) => gateway.declined(key) }),
    passesDays: false,
    play: async (events) =>
      sendAll(
        client,
        events.map(({ item }) => item),
      ),
    close: () => client.close(),
  }
}
