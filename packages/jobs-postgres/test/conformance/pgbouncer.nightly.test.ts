import { describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { hasPgbouncer } from '@cgk-platform/test-kit/pgbouncer'
import { createPooledTarget } from './three-workers-target.ts'

describe.runIf(hasPgbouncer)('behind a transaction pooler', () => {
  describeConformance(createPooledTarget(), { describe, it, beforeAll, afterAll })
})
