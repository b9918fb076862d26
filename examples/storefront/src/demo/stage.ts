import type { Definition, JobClient, JobHandle, JobItem } from '@cgk-platform/jobs'

import type { ShopEvent } from '../orders.ts'
import type { Screen } from './screen.ts'

/** An engine on which the days are played. */
export interface Stage {
  readonly client: JobClient
  /** What is told before it begins. */
  readonly description: string
  /** Whether evenings come, at which the reports are made. */
  readonly passesDays: boolean
  /** Sends every event; answers the handles in the same order. */
  play(events: readonly ShopEvent[], screen: Screen): Promise<JobHandle[]>
  /** Lets time go by up to an instant, epoch milliseconds; what is due meanwhile runs at its own. Absent where time is real. */
  passTo?(at: number): Promise<void>
  /** How often a payment was declined, where attempts do not tell: one that a crash cut short counts, too. */
  declinesOf?(idempotencyKey: string): Promise<number>
  close(): Promise<void>
}

/** What a stage is set for. */
export interface StageOptions {
  /** When its time begins, where it is virtual. */
  readonly startAt: Date
  /** Default: all that are defined. */
  readonly jobs?: readonly Definition[] | undefined
}

/** The engine could not be set up. */
export class StageError extends Error {
  override readonly name = 'StageError'
}

/** Sends events; the first that is refused stops the demo. */
export async function sendAll(client: JobClient, items: readonly JobItem[]): Promise<JobHandle[]> {
  const results = await client.sendJobs(items)
  return results.map((result) => {
    if (!result.ok) throw result.error
    return result.job
  })
}
