import { createWorkflowRecord } from '@cgk-platform/jobs-core/provider'
import { expect, test } from 'vitest'

import { readWorkflowRecord } from './workflow-metadata.ts'

const record = createWorkflowRecord('run_1', '2')

test.each([
  ['JSON', record],
  ['a JSON string', JSON.stringify(record)],
])('reads records from %s', (_, workflow) => {
  const read = readWorkflowRecord({ workflow })
  expect(read).toEqual(record)
  expect(read).not.toBe(record)
})

test.each([undefined, null, 'no JSON', {}, { origin: 1, steps: [], ended: 0 }, []])('ignores %j', (workflow) => {
  expect(readWorkflowRecord({ workflow })).toBeUndefined()
})
