import { describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createLoopbackTarget } from './loopback-target.ts'

// A limit that only a hang reaches, however busy the machine is.
describeConformance(createLoopbackTarget(), { describe, it, beforeAll, afterAll }, { caseLimitMs: 900_000 })
