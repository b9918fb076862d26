import { describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createPostgresTarget } from './postgres-target.ts'

describeConformance(createPostgresTarget(), { describe, it, beforeAll, afterAll })
