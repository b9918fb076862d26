import { createJobClient, setJobClient } from '@cgk-platform/jobs'

import { sendAll, type Stage } from './stage.ts'

/** The local engine as an app uses it, on the machine's own clock. */
export function createRealTime(): Stage {
  const client = createJobClient({ provider: 'local' })
  setJobClient(client)
  return {
    client,
    description: 'All are sent at once to the local engine; retries wait their seconds.',
    passesDays: false,
    play: async (events) =>
      sendAll(
        client,
        events.map(({ item }) => item),
      ),
    close: () => client.close(),
  }
}
