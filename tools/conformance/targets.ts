import type { ConformanceTarget } from '@cgk-platform/jobs-conformance'
import { createLoopbackTarget as createInngestTarget } from '@cgk-platform/jobs-inngest/conformance-targets'
import { createLocalTarget, createThreeWorkersTarget } from '@cgk-platform/jobs-local/conformance-targets'
import {
  createPostgresTarget,
  createThreeWorkersTarget as createPostgresWorkersTarget,
} from '@cgk-platform/jobs-postgres/conformance-targets'
import {
  createLoopbackTarget as createTriggerTarget,
  createSleepingTarget,
} from '@cgk-platform/jobs-trigger/conformance-targets'

/**
 * A column of the report, named after its first target. The other targets run the cases that the first one cannot run,
 * such as a machine that sleeps, for which the clock is moved.
 */
export type Column = readonly [first: ConformanceTarget, ...others: ConformanceTarget[]]

/** Set-ups of each provider, by its name on the command line. Add one here and `./dev conformance` runs it. */
export const targets: Readonly<Record<string, () => readonly Column[]>> = {
  local: () => [
    [createLocalTarget({ time: 'real' }), createLocalTarget({ time: 'virtual' })],
    [createLocalTarget({ store: 'sqlite' })],
    [createThreeWorkersTarget(), createLocalTarget({ store: 'sqlite' })],
  ],
  postgres: () => [[createPostgresTarget(), createPostgresWorkersTarget()]],
  inngest: () => [[createInngestTarget()]],
  'trigger.dev': () => [[createTriggerTarget(), createSleepingTarget()]],
}

/** Returns the names of all set-ups. */
export function columnNames(): string[] {
  return Object.values(targets).flatMap((columns) => columns().map(([{ name }]) => name))
}
