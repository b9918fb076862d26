import type { JobClient } from '@cgk-platform/jobs-core'
import { type ClientOptions, type Clock, createClient } from '@cgk-platform/jobs-core/provider'

import type { LocalConfig } from '../../src/local-config.ts'
import { createLocalProvider } from '../../src/local-provider.ts'
import { createVirtualClock } from '../../src/testing/virtual-clock.ts'
import { createRecordedLogger, type RecordedLogger } from './recorded-logger.ts'

/** An engine whose wall clock can jump while its timers stand still, as when a machine sleeps or its clock is set. */
export interface JumpingEngine {
  readonly client: JobClient
  readonly logger: RecordedLogger
  now(): Date
  /** Lets time go by, wall clock and timers alike. */
  advance(ms: number): Promise<void>
  /** Moves the wall clock alone. */
  jump(ms: number): void
}

export interface JumpingEngineOptions extends Omit<ClientOptions, 'clock' | 'logger'> {
  startAt: Date
  config?: LocalConfig
  /** Whether it sleeps as an engine on the machine's clock does. Default false. */
  realSleep?: boolean
}

export function createJumpingEngine({
  startAt,
  config,
  realSleep = false,
  ...options
}: JumpingEngineOptions): JumpingEngine {
  const virtual = createVirtualClock(startAt.getTime())
  let jumpedMs = 0
  const clock: Clock = { ...virtual, now: () => virtual.now() + jumpedMs }
  const provider = createLocalProvider(config, { clock, ownTime: !realSleep })
  const logger = createRecordedLogger()
  const client = createClient({ load: () => provider }, { ...options, clock, logger })
  // Turns alone, since the test kit's settling would wake the engine where its own timer has to.
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await virtual.yield()
  }
  return {
    client,
    logger,
    now: () => new Date(clock.now()),
    jump(ms) {
      jumpedMs += ms
    },
    async advance(ms) {
      await client.capabilities()
      await settle()
      for (const until = virtual.now() + ms; virtual.step(until);) await settle()
      await settle()
    },
  }
}
