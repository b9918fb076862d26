import { conformanceCases, describeConformance, rules } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createLoopbackTarget } from './loopback-target.ts'

// With a worker instead of an app that serves, the rules that depend on how the engine reaches the jobs. The tests of the
// night run all cases.
const chosen = [rules.terms, rules.wire, rules.atLeastOnce, rules.cancelAndRetry]
const cases = conformanceCases.filter(
  ({ rule, requiredEquipment }) => chosen.includes(rule) && !requiredEquipment?.includes('suspend'),
)
describeConformance(createLoopbackTarget('connect'), { describe, it, beforeAll, afterAll }, { cases })
