import { conformanceCases, describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createSleepingTarget } from './loopback-target.ts'

// Only the cases that need a machine sleep. The other suite runs all other cases.
const cases = conformanceCases.filter(({ requiredEquipment }) => requiredEquipment?.includes('suspend'))
describeConformance(createSleepingTarget(), { describe, it, beforeAll, afterAll }, { cases, caseLimitMs: 900_000 })
