import type { JobClient } from '@cgk-platform/jobs-core'
import { type ClientOptions, type Clock, createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger, type RecordedLogger } from '@cgk-platform/test-kit/recorded-logger'

import type { LocalConfig } from '../../src/provider/local-config.ts'
import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'

/** An engine whose wall clock can change without its timers, as when a machine sleeps or its clock is set. */
export interface JumpingEngine {
  readonly client: JobClient
  readonly logger: RecordedLogger
  now(): Date
  /** Returns the time since the start, which does not depend on the wall clock. */
  elapsedMs(): number
  /** Advances the wall clock and the timers. */
  advance(ms: number): Promise<void>
  /** Sets the wall clock. */
  jump(ms: number): void
  /** Lets the machine sleep: the wall clock advances, and timers do not. */
  sleep(ms: number): void
}

export interface JumpingEngineOptions extends Omit<ClientOptions, 'clock' | 'logger'> {
  startAt: Date
  config?: LocalConfig
  /** Whether the engine checks the clock periodically, like one on the system clock. Default false. */
  realSleep?: boolean
}

export function createJumpingEngine({
  startAt,
  config,
  realSleep = false,
  ...options
}: JumpingEngineOptions): JumpingEngine {
  const virtual = createVirtualClock(startAt.getTime())
  let [jumpedMs, sleptMs] = [0, 0]
  const elapsed = (): number => virtual.now() + sleptMs
  const clock: Clock = { ...virtual, elapsed, now: () => elapsed() + jumpedMs }
  const provider = createLocalProvider(config, { clock, ownTime: !realSleep })
  const logger = createRecordedLogger()
  const client = createClient({ load: () => provider }, { ...options, clock, logger })
  // Only turns of the event loop: the test kit's `settle` would wake the engine, and its own timer must.
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await virtual.yield()
  }
  return {
    client,
    logger,
    now: () => new Date(clock.now()),
    elapsedMs: () => elapsed() - startAt.getTime(),
    jump(ms) {
      jumpedMs += ms
    },
    sleep(ms) {
      sleptMs += ms
    },
    async advance(ms) {
      await client.capabilities()
      await settle()
      for (const until = virtual.now() + ms; virtual.step(until);) await settle()
      await settle()
    },
  }
}
