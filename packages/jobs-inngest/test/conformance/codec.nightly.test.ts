import { conformanceCasesWithCodec, conformanceCodec, describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createLoopbackTarget } from './loopback-target.ts'

const target = createLoopbackTarget('serve', conformanceCodec)
const options = { cases: conformanceCasesWithCodec, caseLimitMs: 900_000 }
describeConformance(target, { describe, it, beforeAll, afterAll }, options)
