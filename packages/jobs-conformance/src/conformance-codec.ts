import type { JobCodec } from '@cgk-platform/jobs-core'

import type { ConformanceCase } from './conformance-case.ts'
import { conformanceCases } from './conformance-cases.ts'

/** The fields that the suite's jobs use as keys and in `match`. */
const plainFields = ['storeId', 'order', 'item', 'payment', 'amount', 'isTest', 'note', "it's", 'parcel', 'word', 'n']

/** A codec with which the whole suite can run: `{ ...conformanceOptions(capabilities), codec: conformanceCodec }`. */
export const conformanceCodec: JobCodec = {
  encode: async (text) => Buffer.from(text).toString('base64'),
  decode: async (text) => Buffer.from(text, 'base64').toString(),
  plainFields,
}

/** Cases about exact sizes, which base64 exceeds, and about texts that an engine cannot read with a codec. */
const others: ReadonlySet<string> = new Set([
  'large-payload-arrives',
  'largest-output',
  'size-limit-can-be-raised-to-the-engines',
  'inspect-list-by-error',
  'workflow-payload-no-longer-valid',
])

/** The cases that hold with a codec. */
export const conformanceCasesWithCodec: readonly ConformanceCase[] = conformanceCases.filter(
  ({ id }) => !others.has(id),
)
