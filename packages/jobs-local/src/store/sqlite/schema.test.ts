import { expect, test } from 'vitest'

import { createEnvelope } from '../../../test/kit/stored-run.ts'
import { createTestFile } from '../../../test/kit/test-file.ts'
import { addJobs, findJob, listJobs } from './jobs-table.ts'
import { openFile } from './open-file.ts'
import { migrations } from './schema.ts'

test('a file of the first version keeps its jobs and can then have references', () => {
  const { path } = createTestFile()
  const before = openFile(path, { steps: migrations.slice(0, 1) })
  const [old, young] = [createEnvelope(), createEnvelope({ references: ['order_1'] })]
  addJobs(before, [old], 0)
  before.close()

  const connection = openFile(path)
  expect(findJob(connection, old.id)?.envelope).toEqual(old)
  addJobs(connection, [young], 0)
  const { jobs } = listJobs(connection, { reference: 'order_1', limit: 10 }, (job) => job)
  expect(jobs.map(({ envelope }) => envelope)).toEqual([young])
  connection.close()
})
