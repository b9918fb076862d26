import type { ConformanceTarget } from '@cgk-platform/jobs-core/conformance'

import { createLoopbackTarget as createInngestTarget } from '../../packages/jobs-inngest/test/conformance/loopback-target.ts'
import { createLocalTarget } from '../../packages/jobs-local/test/conformance/local-target.ts'
import {
  createLoopbackTarget as createTriggerTarget,
  createSleepingTarget,
} from '../../packages/jobs-trigger/test/conformance/loopback-target.ts'

/**
 * The providers that the suite can be run on, by name. Add one here and `./dev conformance` knows it. A further target of
 * a provider is for the cases that the ones before it cannot host: a clock that is set aside for a machine that sleeps.
 */
export const targets: Readonly<Record<string, () => readonly [ConformanceTarget, ...ConformanceTarget[]]>> = {
  local: () => [createLocalTarget({ time: 'real' }), createLocalTarget({ time: 'virtual' })],
  inngest: () => [createInngestTarget()],
  'trigger.dev': () => [createTriggerTarget(), createSleepingTarget()],
}
