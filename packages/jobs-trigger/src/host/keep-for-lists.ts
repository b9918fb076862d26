import type { Json, Outcome } from '@cgk-platform/jobs-core/provider'

import type { AttemptRecord } from '../wire/run-record.ts'

/** Maximum size of a copy, in bytes of JSON. Metadata has little room. */
const maxBytes = 4096

/** Adds a copy of a short output, or of a short stack, to a record: a list of runs shows only the metadata. */
export function keepForLists(record: AttemptRecord, outcome: Outcome, output: Json | undefined): AttemptRecord {
  const stack = outcome.type === 'failed' || outcome.type === 'retry' ? outcome.error.stack : undefined
  return {
    ...record,
    ...(isShort(output) && { outputCopy: output! }),
    ...(isShort(stack) && { stackCopy: stack! }),
  }
}

function isShort(value: Json | undefined): boolean {
  return value !== undefined && new TextEncoder().encode(JSON.stringify(value)).length <= maxBytes
}
