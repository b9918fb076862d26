import type { Definition, JobClient, JobHandle, JobItem } from '@cgk-platform/jobs'

import type { ShopEvent } from '../orders.ts'
import type { Screen } from './screen.ts'

/** An engine for the demo. */
export interface DemoEngine {
  readonly client: JobClient
  /** Printed before the simulation. */
  readonly description: string
  /** Whether the simulation covers whole days, so that the daily reports run. */
  readonly simulatesDays: boolean
  /** Sends every event and returns the handles in the same order. */
  simulate(events: readonly ShopEvent[], screen: Screen): Promise<JobHandle[]>
  /** Advances to `at` (epoch milliseconds), running due jobs at their own times. Omitted in real time. */
  advanceTo?(at: number): Promise<void>
  /** Returns how often a payment was declined, if attempts do not show it: an attempt cut short by a crash also counts. */
  declinesOf?(idempotencyKey: string): Promise<number>
  close(): Promise<void>
}

/** The options of a demo engine. */
export interface DemoEngineOptions {
  /** Start of the virtual clock. */
  readonly startAt: Date
  /** Default: all defined jobs. */
  readonly jobs?: readonly Definition[] | undefined
}

/** The engine could not start. */
export class DemoEngineError extends Error {
  override readonly name = 'DemoEngineError'
}

/** Sends events. @throws the error of the first event that is refused */
export async function sendAll(client: JobClient, items: readonly JobItem[]): Promise<JobHandle[]> {
  const results = await client.sendJobs(items)
  return results.map((result) => {
    if (!result.ok) throw result.error
    return result.job
  })
}

/** Returns the members of an engine in real time, which sends all events at once. */
export function toRealTimeEngine(client: JobClient, what: string): Omit<DemoEngine, 'close'> {
  return {
    client,
    description: `${what}. All events are sent at once; retries wait in real time.`,
    simulatesDays: false,
    simulate: (events) =>
      sendAll(
        client,
        events.map(({ item }) => item),
      ),
  }
}
