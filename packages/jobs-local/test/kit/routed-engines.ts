import { createTenantRouter, type Definition, type JobClient } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger, type RecordedLogger } from '@cgk-platform/test-kit/recorded-logger'

import { createLocalProvider } from '../../src/provider/local-provider.ts'
import { createVirtualClock, type VirtualClock } from '../../src/testing/virtual-clock.ts'
import type { StoreName } from './stores.ts'
import { createTestFile } from './test-file.ts'

/** The names of the two engines of `createRoutedEngines`. */
export type EngineName = 'old' | 'new'

export interface RoutedEngines {
  readonly router: JobClient
  readonly clients: Readonly<Record<EngineName, JobClient>>
  readonly clock: VirtualClock
  readonly logger: RecordedLogger
  /** Advances the time of both engines. Work that comes due runs at its own time. */
  advance(durationMs: number): Promise<void>
}

interface RoutedEnginesOptions {
  readonly stores: Readonly<Record<EngineName, StoreName>>
  readonly jobs?: readonly Definition[]
  readonly route: (tenantId: string) => EngineName | readonly EngineName[]
  readonly keys?: Parameters<typeof createTenantRouter>[0]['keys']
}

/** Creates a router over two local engines that share a virtual clock, and their cron jobs as in an app. */
export function createRoutedEngines({ stores, jobs, ...routing }: RoutedEnginesOptions): RoutedEngines {
  const clock = createVirtualClock(Date.UTC(2026, 0, 1))
  const logger = createRecordedLogger()
  const retention = { count: 1_000_000, age: '3650d' } as const
  const providers = (['old', 'new'] as const).map((name) => {
    const path = stores[name] === 'SQLite' ? createTestFile().path : undefined
    return createLocalProvider({ path, retention }, { clock, random: () => 0 })
  })
  const [old, fresh] = providers.map((provider) =>
    createClient({ load: () => provider, runsInProcess: true }, { clock, logger, jobs }),
  )
  const clients = { old: old!, new: fresh! }

  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 12;) {
      const before = providers.flatMap(({ engine }) => engine?.inFlight ?? [])
      await clock.yield()
      const after = providers.flatMap(({ engine }) => engine?.inFlight ?? [])
      const isSame = after.length === before.length && after.every((attempt, index) => attempt === before[index])
      const due = providers.filter(({ engine }) => engine?.hasDue)
      quiet = isSame && due.length === 0 ? quiet + 1 : 0
      if (isSame) for (const { engine } of due) engine!.wake()
    }
  }

  return {
    router: createTenantRouter({ clients, ...routing }),
    clients,
    clock,
    logger,
    async advance(durationMs) {
      const until = clock.now() + durationMs
      await settle()
      while (clock.step(until)) await settle()
      await settle()
    },
  }
}
