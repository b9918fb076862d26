import { type Clock, systemClock } from '@cgk-platform/jobs-core/provider'

/** Settings of the suite's handlers in this process. */
export interface ConformanceSettings {
  /**
   * The file in which handlers record what they observe, one JSON object per line. Default: the environment variable
   * `CONFORMANCE_JOURNAL`, which a host in another process can use.
   */
  journalPath?: string | undefined
  /** The clock of an engine in this process that has its own. Default: the system clock. */
  clock?: Clock | undefined
}

/** The environment variable with the journal's path, for a host in another process. */
export const journalVariable = 'CONFORMANCE_JOURNAL'

let settings: ConformanceSettings = {}

/** Sets the journal and the clock of the suite's handlers in this process. */
export function configureConformance(changes: ConformanceSettings): void {
  settings = { ...settings, ...changes }
}

/** Returns the clock for the waits of handlers and the times in the journal. */
export function conformanceClock(): Clock {
  return settings.clock ?? systemClock
}

/** Returns the path of the journal, if it is set. */
export function journalPath(): string | undefined {
  return settings.journalPath ?? process.env[journalVariable]
}
