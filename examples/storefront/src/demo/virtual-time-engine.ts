import { createDefaultLogger, setJobClient } from '@cgk-platform/jobs'
import { createTestEngine, type TestEngine } from '@cgk-platform/jobs/local/testing'

import { simulateDays } from './simulate-days.ts'
import type { DemoEngine, DemoEngineOptions } from './demo-engine.ts'

/** Creates the local engine on a virtual clock. Events are sent at their own time of day, without waiting in between. */
export function createVirtualTimeEngine({ startAt, jobs }: DemoEngineOptions): DemoEngine {
  const engine: TestEngine = createTestEngine({
    startAt,
    jobs,
    logger: createDefaultLogger({ now: () => engine.now() }),
    // The default is one day, but the demo reads all jobs at the end.
    config: { retention: { age: '30d' } },
  })
  const { client } = engine
  // Otherwise the cron job would create a default client, which runs in real time.
  setJobClient(client)
  const advanceTo = (at: number) => engine.advance(Math.max(0, at - engine.now().getTime()))
  return {
    client,
    description: 'The clock is virtual: each event is sent at its time of day, and the days take a moment.',
    simulatesDays: true,
    simulate: (events, screen) => simulateDays({ client, advanceTo }, events, screen),
    advanceTo,
    close: () => engine.close(),
  }
}
