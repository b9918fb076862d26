import { describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createLocalTarget } from './local-target.ts'

// Each case takes milliseconds on a virtual clock, the longest a second.
for (const store of ['memory', 'sqlite'] as const) {
  describeConformance(createLocalTarget({ store }), { describe, it, beforeAll, afterAll })
}
