import { describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createLoopbackTarget } from './loopback-target.ts'

// A fast clock makes minutes of ticks take seconds. On a busy machine it runs slower, so only a hang reaches the limit.
describeConformance(createLoopbackTarget(), { describe, it, beforeAll, afterAll }, { caseLimitMs: 900_000 })
