import { describeConformance } from '@cgk-platform/jobs-core/conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createLoopbackTarget } from './loopback-target.ts'

describeConformance(createLoopbackTarget(), { describe, it, beforeAll, afterAll })
