import type { Clock } from '../time/clock.ts'
import { systemClock } from '../time/system-clock.ts'

/** What the suite's handlers need to know, in the process in which they run. */
export interface ConformanceSettings {
  /**
   * File that handlers write what they observe to, one JSON object a line. Default: the environment variable
   * `CONFORMANCE_JOURNAL`, so that a host in another process is told by its environment.
   */
  journalPath?: string | undefined
  /** The clock of an engine in this process that has one of its own. Default: the machine's. */
  clock?: Clock | undefined
}

/** The environment variable that names the journal to a host in another process. */
export const journalVariable = 'CONFORMANCE_JOURNAL'

let settings: ConformanceSettings = {}

/** Sets where the suite's handlers of this process keep their journal, and by which clock they wait. */
export function configureConformance(changes: ConformanceSettings): void {
  settings = { ...settings, ...changes }
}

/** The clock by which handlers wait and date what they write. */
export function conformanceClock(): Clock {
  return settings.clock ?? systemClock
}

/** The journal's file, where one is set. */
export function journalPath(): string | undefined {
  return settings.journalPath ?? process.env[journalVariable]
}
