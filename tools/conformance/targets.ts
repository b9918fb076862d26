import type { ConformanceTarget } from '@cgk-platform/jobs-core/conformance'

import { createLoopbackTarget as createInngestTarget } from '../../packages/jobs-inngest/test/conformance/loopback-target.ts'
import { createLocalTarget } from '../../packages/jobs-local/test/conformance/local-target.ts'
import { createThreeWorkersTarget } from '../../packages/jobs-local/test/conformance/three-workers-target.ts'
import {
  createLoopbackTarget as createTriggerTarget,
  createSleepingTarget,
} from '../../packages/jobs-trigger/test/conformance/loopback-target.ts'

/**
 * One column of the table, which the first target names. The further ones are for the cases that those before cannot host:
 * a clock that is set aside for a machine that sleeps.
 */
export type Column = readonly [first: ConformanceTarget, ...others: ConformanceTarget[]]

/**
 * The providers that the suite can be run on, by name, and their set-ups. Add one here and `./dev conformance` knows it; of
 * set-ups with the same capabilities the most usual comes first.
 */
export const targets: Readonly<Record<string, () => readonly Column[]>> = {
  local: () => [
    [createLocalTarget({ time: 'real' }), createLocalTarget({ time: 'virtual' })],
    [createLocalTarget({ store: 'sqlite' })],
    [createThreeWorkersTarget(), createLocalTarget({ store: 'sqlite' })],
  ],
  inngest: () => [[createInngestTarget()]],
  'trigger.dev': () => [[createTriggerTarget(), createSleepingTarget()]],
}

/** The names of all columns. */
export function columnNames(): string[] {
  return Object.values(targets).flatMap((columns) => columns().map(([{ name }]) => name))
}
