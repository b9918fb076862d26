import { conformanceCases, describeConformance } from '@cgk-platform/jobs-core/conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createSleepingTarget } from './loopback-target.ts'

// What only a machine that sleeps can show; everything else is shown on one that does not.
const cases = conformanceCases.filter(({ requiredEquipment }) => requiredEquipment?.includes('suspend'))
describeConformance(createSleepingTarget(), { describe, it, beforeAll, afterAll }, { cases })
