import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { ConformanceTarget } from '@cgk-platform/jobs-core/conformance'

import { createLoopbackEngine } from '../loopback/loopback-engine.ts'
import { createScaledClock } from '../loopback/scaled-clock.ts'
import { createInngestTarget, type InngestServer } from './inngest-target.ts'

/** How many times as fast as the machine's time the suite's goes, so that minutes of ticks take seconds. */
const factor = 12

/** Inngest's SDK over the loopback engine, with keys and signatures as in production; it serves over HTTP, or connects. */
export function createLoopbackTarget(host: InngestServer['host'] = 'serve'): ConformanceTarget {
  return createInngestTarget(async () => {
    const scaled = createScaledClock(factor)
    // What a machine's sleep adds to the wall clock; timers count on where they stood.
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
      async suspend(durationMs) {
        sleptMs += durationMs
      },
      close: () => engine.close(),
    }
  })
}
