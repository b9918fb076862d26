import { createDefaultLogger, setJobClient } from '@cgk-platform/jobs'
import { createTestEngine, type TestEngine } from '@cgk-platform/jobs/local/testing'

import { playDays } from './play-days.ts'
import type { Stage } from './stage.ts'

/** The local engine on a virtual clock: every event is sent at its own time of day, and nobody waits for the hours between. */
export function createFastForward(startAt: Date): Stage {
  const engine: TestEngine = createTestEngine({
    startAt,
    logger: createDefaultLogger({ now: () => engine.now() }),
    // Ended jobs are kept for a day; here the first day's are still read after the second.
    config: { retention: { age: '7d' } },
  })
  const { client } = engine
  // So that the cron job brings no default client to life, which would run in real time.
  setJobClient(client)
  const passTo = (at: number) => engine.advance(Math.max(0, at - engine.now().getTime()))
  return {
    client,
    description: 'The clock is virtual: each is sent at its hour, and the days take a moment.',
    passesDays: true,
    play: (events, screen) => playDays({ client, passTo }, events, screen),
    close: () => engine.close(),
  }
}
