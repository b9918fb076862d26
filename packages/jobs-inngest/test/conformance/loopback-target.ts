import { createLoopbackEngine, createScaledClock } from '@cgk-platform/inngest-loopback'
import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { ConformanceTarget } from '@cgk-platform/jobs-conformance'

import { createInngestTarget, type InngestServer } from './inngest-target.ts'

/** Speed of the suite's clock relative to the system clock, so that minutes of ticks take seconds. */
const factor = 12

/**
 * Creates a target with Inngest's SDK on the loopback engine, with keys and signatures as in production, over HTTP or a
 * worker connection.
 */
export function createLoopbackTarget(
  host: InngestServer['host'] = 'serve',
  codec?: InngestServer['codec'],
): ConformanceTarget {
  return createInngestTarget(async () => {
    const scaled = createScaledClock(factor)
    // Advances the wall clock as the sleep of a machine does. Timers continue where they were.
    let sleptMs = 0
    const clock: Clock = { ...scaled, now: () => scaled.now() + sleptMs }
    const eventKey = 'conformance'
    const signingKey = 'signkey-test-00112233445566778899aabbccddeeff'
    const engine = await createLoopbackEngine({ clock, eventKey, signingKey })
    return {
      baseUrl: engine.url,
      host,
      eventKey,
      signingKey,
      clock,
      ...(codec && { codec }),
      async suspend(durationMs) {
        sleptMs += durationMs
      },
      close: () => engine.close(),
    }
  })
}
