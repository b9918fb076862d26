import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { ConformanceTarget } from '@cgk-platform/jobs-core/conformance'

import { createLoopbackServer } from '../loopback/index.ts'
import { createOffsetClock } from './offset-clock.ts'
import { createTriggerTarget } from './trigger-target.ts'

/** The SDK and the CLI worker over the loopback server, on the machine's own time. */
export function createLoopbackTarget(): ConformanceTarget {
  return createTriggerTarget(async () => {
    const server = await createLoopbackServer()
    return { ...server, restart: () => server.restart() }
  })
}

/**
 * As above, and the machine can sleep: the clocks of all processes are set ahead together. Only the cron jobs of the
 * cases that let it sleep are hosted: each of the others would start a process every minute.
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
