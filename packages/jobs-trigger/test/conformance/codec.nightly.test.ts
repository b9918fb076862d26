import { conformanceCasesWithCodec, describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createLoopbackTarget } from './loopback-target.ts'

/** The metadata of a run has room for 150 characters of a past error. */
const cases = conformanceCasesWithCodec.filter(({ id }) => id !== 'inspect-attempts')
const options = { cases, caseLimitMs: 900_000 }
describeConformance(createLoopbackTarget(true), { describe, it, beforeAll, afterAll }, options)
