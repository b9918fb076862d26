import { conformanceCases, describeConformance } from '@cgk-platform/jobs-core/conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createLoopbackTarget } from './loopback-target.ts'

// The same suite with a worker in place of an app that serves. A standstill, which takes the suite half a minute, is the
// engine's own affair however the jobs are reached.
const cases = conformanceCases.filter(({ requiredEquipment }) => !requiredEquipment?.includes('suspend'))
describeConformance(createLoopbackTarget('connect'), { describe, it, beforeAll, afterAll }, { cases })
