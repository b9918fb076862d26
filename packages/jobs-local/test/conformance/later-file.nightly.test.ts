import { describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { expanded } from '../kit/schemas.ts'
import { createLocalTarget } from './local-target.ts'

// No statement of this version may depend on the number of columns of a table: a later version adds some.
describeConformance(createLocalTarget({ store: 'sqlite', schema: expanded }), { describe, it, beforeAll, afterAll })
