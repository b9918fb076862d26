import { describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createThreeWorkersTarget } from './three-workers-target.ts'

describeConformance(createThreeWorkersTarget(), { describe, it, beforeAll, afterAll })
