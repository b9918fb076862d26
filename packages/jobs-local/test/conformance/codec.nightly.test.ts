import { conformanceCasesWithCodec, conformanceCodec, describeConformance } from '@cgk-platform/jobs-conformance'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createLocalTarget } from './local-target.ts'

const target = createLocalTarget({ store: 'sqlite', codec: conformanceCodec })
describeConformance(target, { describe, it, beforeAll, afterAll }, { cases: conformanceCasesWithCodec })
