import { createJobClient, setJobClient } from '@cgk-platform/jobs'

import type { DemoOptions } from './options.ts'
import { sendAll, type Stage } from './stage.ts'

/** An engine as an app uses it, on the machine's own clock. */
export async function createRealTime(provider: DemoOptions['provider']): Promise<Stage> {
  const client = createJobClient({ provider })
  setJobClient(client)
  await client.capabilities() // opens the engine, so that a missing package or key is told first of all
  return {
    client,
    description: `All are sent at once to the engine \`${provider}\`; retries wait their seconds.`,
    passesDays: false,
    play: async (events) =>
      sendAll(
        client,
        events.map(({ item }) => item),
      ),
    close: () => client.close(),
  }
}
