import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { ConformanceTarget } from '@cgk-platform/jobs-conformance'
import { createLoopbackServer } from '@cgk-platform/trigger-loopback'

import { createOffsetClock } from './offset-clock.ts'
import { createTriggerTarget } from './trigger-target.ts'

/**
 * Creates a target with the SDK and the CLI worker on the loopback server, in real time.
 *
 * @param hasCodec - whether clients and tasks have the suite's codec
 */
export function createLoopbackTarget(hasCodec = false): ConformanceTarget {
  return createTriggerTarget(async () => {
    const server = await createLoopbackServer()
    return { ...server, hasCodec, restart: () => server.restart() }
  })
}

/**
 * Creates the same target with a simulated machine sleep, which sets the clocks of all processes ahead. Hosts only the
 * cron jobs of the cases that use it, because each other one would start a process every minute.
 */
export function createSleepingTarget(): ConformanceTarget {
  return createTriggerTarget(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trigger-clock-'))
    const path = join(folder, 'offset')
    let sleptMs = 0
    const sleep = (durationMs: number): void => writeFileSync(path, String((sleptMs += durationMs)))
    sleep(0)
    const clock = createOffsetClock(path)
    const server = await createLoopbackServer({ now: () => clock.now() })
    return {
      ...server,
      offset: { path, clock },
      definitions: ['conformance-cron', 'conformance-cron-caught-up'],
      suspend: async (durationMs) => sleep(durationMs),
      async close() {
        await server.close()
        rmSync(folder, { recursive: true })
      },
    }
  })
}
