import { conformanceCases, describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createLoopbackTarget } from './loopback-target.ts'

// The same suite with a worker instead of an app that serves. The standstill cases are omitted: they take half a minute
// and depend on the engine only, not on how it reaches the jobs.
const cases = conformanceCases.filter(({ requiredEquipment }) => !requiredEquipment?.includes('suspend'))
describeConformance(createLoopbackTarget('connect'), { describe, it, beforeAll, afterAll }, { cases })
