import { describeConformance } from '@cgk-platform/jobs-core/conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createLocalTarget } from './local-target.ts'

describeConformance(createLocalTarget(), { describe, it, beforeAll, afterAll })
