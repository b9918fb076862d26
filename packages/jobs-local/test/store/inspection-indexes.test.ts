import { isEnded } from '@cgk-platform/jobs-core'
import type { InspectFilter } from '@cgk-platform/jobs-core/provider'
import { jobStates } from '@cgk-platform/jobs-core/scheduling'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { countJobs } from '../../src/store/sqlite/inspection/count-jobs.ts'
import type { Steps } from '../../src/time/steps.ts'
import { findJobs } from '../../src/store/sqlite/inspection/find-jobs.ts'
import { conditionOf } from '../../src/store/sqlite/inspection/job-conditions.ts'
import { SqliteInspection } from '../../src/store/sqlite/inspection/sqlite-inspection.ts'
import { readSummary } from '../../src/store/sqlite/inspection/read-summary.ts'
import { timeRangeOf } from '../../src/store/sqlite/inspection/time-range.ts'
import { openFile } from '../../src/store/sqlite/file/open-file.ts'
import { complete } from '../kit/complete.ts'
import { fillFile, sendEveryMs } from '../kit/fill-file.ts'
import { type RecordedReads, recordReads } from '../kit/recorded-reads.ts'
import { createTemporaryFile } from '../kit/temporary-file.ts'

const jobs = 50_000
const atOnce = <T>(read: () => T): T => read()
const from = Date.UTC(2026, 0, 1)
const middle = from + (jobs * sendEveryMs) / 2

const filters: Readonly<Record<string, InspectFilter>> = {
  'no condition': {},
  'a large tenant': { tenantId: 'tenant_large' },
  'a small tenant': { tenantId: 'tenant_7' },
  'an unknown tenant': { tenantId: 'nobody' },
  'a definition': { definitionId: 'definition_3' },
  'a rare definition': { definitionId: 'rare' },
  'an unknown definition': { definitionId: 'none' },
  'an event': { event: 'event_4.happened' },
  'a rare event': { event: 'rare.requested' },
  completed: { states: ['completed'] },
  failed: { states: ['failed'] },
  queued: { states: ['queued'] },
  scheduled: { states: ['scheduled'] },
  running: { states: ['running'] },
  retrying: { states: ['retrying'] },
  cancelled: { states: ['cancelled'] },
  expired: { states: ['expired'] },
  superseded: { states: ['superseded'] },
  'several states': { states: ['queued', 'running', 'retrying', 'scheduled'] },
  'a reference': { reference: 'order_500' },
  'a time range': { since: middle, until: middle + 60_000 },
  'a text in few errors': { errorText: 'has no address' },
  'a text in no error': { errorText: 'nothing has this text' },
  'a text in many errors': { errorText: 'MAIL server' },
  'a tenant and failed': { tenantId: 'tenant_large', states: ['failed'] },
  'a tenant and queued': { tenantId: 'tenant_large', states: ['queued'] },
  'a tenant and completed': { tenantId: 'tenant_large', states: ['completed'] },
  'a definition and failed': { definitionId: 'definition_3', states: ['failed'] },
  'a definition and queued': { definitionId: 'definition_3', states: ['queued'] },
  'a rare definition and failed': { definitionId: 'rare', states: ['failed'] },
  'an event and failed': { event: 'event_4.happened', states: ['failed'] },
  'a tenant and a definition': { tenantId: 'tenant_large', definitionId: 'definition_4' },
  'a tenant and a definition that have no job in common': { tenantId: 'tenant_large', definitionId: 'definition_3' },
  'a tenant and a time range': { tenantId: 'tenant_large', since: middle, until: middle + 60_000 },
  'ended in a time range': { endedSince: middle, endedUntil: middle + 60_000 },
  'ended in a long time range': { endedSince: from },
  'ended before a time': { endedUntil: middle },
  'ended in a time range before which it was sent': { until: middle, endedSince: middle, endedUntil: middle + 60_000 },
  'failed and ended in a time range': { states: ['failed'], endedSince: middle, endedUntil: middle + 600_000 },
  'a tenant and ended in a time range': { tenantId: 'tenant_7', endedSince: middle, endedUntil: middle + 600_000 },
  'failed in a time range': { states: ['failed'], since: middle, until: middle + 600_000 },
}

/** Numbers of rows and of statements that a page of 50 may read. */
const most = { rows: 3_000, statements: 60 }
/** Numbers of rows and of statements that a step may read: entries of an index, or jobs with their runs. */
const mostOfStep = { rows: 10_300, statements: 600 }
/** Number of pages to list. */
const pages = 20

describe('a file with 50,000 jobs', () => {
  let connection: RecordedReads
  let remove: () => void

  beforeAll(() => {
    const file = createTemporaryFile('memory')
    remove = file.remove
    const opened = openFile(file.path)
    fillFile(opened, jobs, from)
    connection = recordReads(opened)
  })
  afterAll(() => {
    connection.close()
    remove()
  })

  for (const [name, filter] of Object.entries(filters)) {
    test(`lists jobs without reading all others: ${name}`, () => {
      for (const order of ['newest', 'oldest'] as const) {
        let cursor: string | undefined
        for (let page = 0; page < pages; page++) {
          connection.takeRows()
          connection.takeStatements()
          const found = findJobs(connection, { ...filter, order, limit: 50, ...(cursor !== undefined && { cursor }) })
          expect(connection.takeRows()).toBeLessThan(most.rows)
          expect(connection.takeStatements()).toBeLessThan(most.statements)
          for (const { seq } of found.found) readSummary(connection, seq)
          expect(found.found.length > 0 || found.cursor === undefined || filter.errorText !== undefined).toBe(true)
          if ((cursor = found.cursor) === undefined) break
        }
      }
    })

    test(`counts jobs exactly: ${name}`, () => {
      const { count, isExact } = complete(countJobs(connection, filter, { by: undefined, atOnce }))
      expect([isExact, count]).toEqual([true, countEach(connection, filter)])
    })
  }

  test.for(Object.entries(filters))('reads a page and counts in steps of limited size: %s', ([_, filter]) => {
    const inspection = new SqliteInspection(connection, (read) => read())
    const reads: Steps<unknown>[] = [
      inspection.list({ ...filter, order: 'newest', limit: 1_000 }),
      inspection.list({ ...filter, order: 'oldest', limit: 1_000 }),
      inspection.count(filter, 'state'),
      inspection.count(filter, 'definition'),
    ]
    for (const steps of reads) {
      connection.takeRows()
      connection.takeStatements()
      for (let isDone = false; !isDone;) {
        isDone = steps.next().done === true
        expect(connection.takeRows()).toBeLessThan(mostOfStep.rows)
        expect(connection.takeStatements()).toBeLessThan(mostOfStep.statements)
      }
    }
  })

  test('looks at the state of few jobs in a step', () => {
    const steps = countJobs(connection, {}, { by: 'state', atOnce })
    let [reads, count] = [0, 0]
    for (let step = steps.next(); ; step = steps.next()) {
      reads++
      if (!step.done) continue
      count = step.value.count
      break
    }
    expect([count, reads > jobs / 2_000]).toEqual([jobs, true])
  })

  test('reads no table or index as a whole', () => {
    for (const filter of Object.values(filters)) {
      findJobs(connection, { ...filter, order: 'newest', limit: 50 })
      findJobs(connection, { ...filter, order: 'oldest', limit: 50 })
    }
    const scans = [...connection.statements].filter((sql) => {
      // A count reads a limited number of rows.
      if (sql.includes('count(*)')) return false
      const plan = connection.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`.replaceAll('?1', '1'))
      return plan.some(({ detail }) => /SCAN (?:cgk_(?:runs|jobs|references)|r|o|n)\b/u.test(detail))
    })
    expect(scans).toEqual([])
  })

  test('looks for the ends of a job only among its own runs', () => {
    const { sql, values } = conditionOf({ endedSince: middle }, timeRangeOf(connection, {}))
    const explained = `EXPLAIN QUERY PLAN SELECT 1 FROM cgk_jobs j WHERE ${sql}`
    const searches = connection
      .all<{ detail: string }>(explained, ...values)
      .filter(({ detail }) => /SEARCH/u.test(detail))
    expect(searches).toHaveLength(2)
    for (const { detail } of searches) expect(detail).toContain('USING INTEGER PRIMARY KEY')
  })
})

test('lists and counts jobs of 600 definitions, each with its own event, in few statements', () => {
  const file = createTemporaryFile('memory')
  const opened = openFile(file.path)
  fillFile(opened, 12_000, from)
  opened.exec(`
    UPDATE cgk_jobs SET event = 'job/' || seq % 600, tenant = 't' || seq * 7919 % 20;
    UPDATE cgk_runs SET definition_id = (run >> 20) % 600, tenant = 't' || (run >> 20) * 7919 % 20;
    INSERT OR IGNORE INTO cgk_handled SELECT seq % 600, event FROM cgk_jobs;
  `)
  const connection = recordReads(opened)
  const states = jobStates.map((state): InspectFilter => ({ states: [state] }))
  const conditions: InspectFilter[] = [
    ...states,
    { states: jobStates.filter((state) => !isEnded(state)) },
    { states: ['failed', 'cancelled'] },
    {},
  ]
  const places: InspectFilter[] = [
    {},
    { tenantId: 't7' },
    { tenantId: 'nobody' },
    { event: 'job/7' },
    { definitionId: '7' },
  ]
  for (const filter of conditions.flatMap((condition) => places.map((place) => ({ ...condition, ...place })))) {
    const { sql, values } = conditionOf(filter, timeRangeOf(opened, filter))
    const all = opened.get<{ count: number }>(`SELECT count(*) AS count FROM cgk_jobs j WHERE ${sql}`, ...values)!
    connection.takeStatements()
    expect([filter, complete(countJobs(connection, filter, { by: 'state', atOnce })).count]).toEqual([
      filter,
      all.count,
    ])
    findJobs(connection, { ...filter, order: 'newest', limit: 50 })
    expect(connection.takeStatements()).toBeLessThan(400)
    expect(countEach(connection, filter)).toBe(all.count)
  }
  connection.close()
  file.remove()
})

/** Counts the jobs of all pages, which must be in order. */
function countEach(connection: RecordedReads, filter: InspectFilter): number {
  let count = 0
  let last = ''
  for (let next: { readonly cursor?: string } = {}; ;) {
    const { found, cursor } = findJobs(connection, { ...filter, ...next, order: 'oldest', limit: 1_000 })
    count += found.length
    for (const { id } of found) {
      expect(id > last).toBe(true)
      last = id
    }
    if (cursor === undefined) return count
    next = { cursor }
  }
}

test('a page is of one moment, although another process deletes the jobs while it is read', () => {
  const file = createTemporaryFile('memory')
  const opened = openFile(file.path)
  fillFile(opened, 100, from)
  const other = openFile(file.path)
  const afterFirst = <Row>(rows: Row): Row => {
    other.exec('DELETE FROM cgk_jobs; DELETE FROM cgk_runs')
    return rows
  }
  const disturbed: typeof opened = {
    ...opened,
    all: (sql, ...values) => afterFirst(opened.all(sql, ...values)),
    get: (sql, ...values) => afterFirst(opened.get(sql, ...values)),
    rows: (sql, ...values) => afterFirst(opened.rows(sql, ...values)),
  }
  const inspection = new SqliteInspection(disturbed, (read) => read())
  const page = complete(inspection.list({ states: jobStates, order: 'newest', limit: 50 }))
  expect(page.jobs).toHaveLength(50)
  opened.close()
  other.close()
  file.remove()
})
