import { describeConformance } from '@cgk-platform/jobs-core/conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createLoopbackTarget } from './loopback-target.ts'

// Minutes of ticks take seconds on a clock that runs fast; on a busy machine it runs slower.
describeConformance(createLoopbackTarget(), { describe, it, beforeAll, afterAll })
