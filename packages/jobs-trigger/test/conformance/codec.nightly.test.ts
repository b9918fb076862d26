import { conformanceCasesWithCodec, describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createLoopbackTarget } from './loopback-target.ts'

const options = { cases: conformanceCasesWithCodec, caseLimitMs: 900_000 }
describeConformance(createLoopbackTarget(true), { describe, it, beforeAll, afterAll }, options)
