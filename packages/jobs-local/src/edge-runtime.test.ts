import { createJobClient } from '@cgk-platform/jobs-core'
import { JobsError } from '@cgk-platform/jobs-core/errors'
import { expect, test } from 'vitest'

import * as face from './index.ts'
import * as edge from './edge-runtime.ts' // the last one registers the engine

test('the entry for edge runtimes exports every name of the main entry', () => {
  expect(Object.keys(edge).toSorted()).toEqual(Object.keys(face).toSorted())
})

test.each([
  ['createJobClient', () => createJobClient({ provider: 'local' })],
  ['createLocalProvider', () => edge.createLocalProvider()],
  ['addJobTables', () => edge.addJobTables()],
])('%s throws on an edge runtime and names the alternatives', (_name, work) => {
  expect(work).toThrow(
    expect.objectContaining({ code: 'unsupported_feature', message: expect.stringContaining("runtime = 'nodejs'") }),
  )
  expect(work).toThrow(JobsError)
})
