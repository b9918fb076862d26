import { describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createPgliteTarget } from './pglite-target.ts'

describeConformance(createPgliteTarget(), { describe, it, beforeAll, afterAll })
