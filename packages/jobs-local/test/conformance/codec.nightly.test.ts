import { conformanceCases, describeConformance } from '@cgk-platform/jobs-conformance'
import type { JobCodec } from '@cgk-platform/jobs-core'
import { afterAll, beforeAll, describe, it } from 'vitest'

import { createLocalTarget } from './local-target.ts'

/** The fields that the suite's jobs use as keys and in `match`. */
const plainFields = ['storeId', 'order', 'item', 'payment', 'amount', 'isTest', 'note', "it's", 'parcel', 'word', 'n']
const codec: JobCodec = {
  encode: async (text) => Buffer.from(text).toString('base64'),
  decode: async (text) => Buffer.from(text, 'base64').toString(),
  plainFields,
}

/** Cases about exact sizes, which base64 exceeds, and about texts of errors that the engine would have to read. */
const others: ReadonlySet<string> = new Set([
  'large-payload-arrives',
  'largest-output',
  'size-limit-can-be-raised-to-the-engines',
  'inspect-list-by-error',
  'workflow-payload-no-longer-valid',
])

const cases = conformanceCases.filter(({ id }) => !others.has(id))
describeConformance(createLocalTarget({ store: 'sqlite', codec }), { describe, it, beforeAll, afterAll }, { cases })
