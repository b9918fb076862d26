import { createDefaultLogger, setJobClient } from '@cgk-platform/jobs'
import { createTestEngine, type TestEngine } from '@cgk-platform/jobs/local/testing'

import { playDays } from './play-days.ts'
import type { Stage, StageOptions } from './stage.ts'

/** The local engine on a virtual clock: every event is sent at its own time of day, and nobody waits for the hours between. */
export function createFastForward({ startAt, jobs }: StageOptions): Stage {
  const engine: TestEngine = createTestEngine({
    startAt,
    jobs,
    logger: createDefaultLogger({ now: () => engine.now() }),
    // Ended jobs are kept for a day; here all are still read when the last has ended.
    config: { retention: { age: '30d' } },
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
    passTo,
    close: () => engine.close(),
  }
}
