import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createJobClient } from '../../src/index.ts'
import type { JobFilter } from '../../src/inspect.ts'
import { openFile } from '../../src/store/sqlite/file/open-file.ts'
import { fillFile, sendEveryMs } from './fill-file.ts'

const pages = 30

/** A file with jobs in many states, and what to ask about them. */
export interface FilledFile {
  readonly filters: Readonly<Record<string, JobFilter>>
  /** Lists 30 pages from each end. Returns the time of each, in milliseconds. @param clock - returns milliseconds */
  measurePages(filter: JobFilter, clock: () => number): Promise<number[]>
  /** Counts the jobs five times. Returns the time of each count. */
  measureCounts(filter: JobFilter, clock: () => number): Promise<number[]>
  /** Groups the errors ten times. Returns the time of each. */
  measureErrors(clock: () => number): Promise<number[]>
  close(): Promise<void>
}

/** Creates a file with that many jobs. */
export async function createFilledFile(jobs: number): Promise<FilledFile> {
  const from = Date.UTC(2026, 0, 1)
  const folder = mkdtempSync(join(tmpdir(), 'inspection-'))
  const path = join(folder, 'jobs.db')
  const connection = openFile(path)
  fillFile(connection, jobs, from)
  connection.close()
  const client = createJobClient({ provider: 'local', jobs: [], config: { store: 'sqlite', path, role: 'send' } })
  await client.inspect.listJobs()
  return {
    filters: filtersFor(new Date(from + (jobs * sendEveryMs) / 2)),

    async measurePages(filter, clock) {
      const measured: number[] = []
      for (const order of ['newest', 'oldest'] as const) {
        let cursor: string | undefined
        for (let page = 0; page < pages; page++) {
          const startedAt = clock()
          cursor = (await client.inspect.listJobs({ ...filter, order, cursor })).cursor
          measured.push(clock() - startedAt)
          if (cursor === undefined) break
        }
      }
      return measured
    },

    async measureCounts(filter, clock) {
      const measured: number[] = []
      for (let round = 0; round < 5; round++) {
        const startedAt = clock()
        await client.inspect.countJobs(filter)
        measured.push(clock() - startedAt)
      }
      return measured
    },

    async measureErrors(clock) {
      const measured: number[] = []
      for (let round = 0; round < 10; round++) {
        const startedAt = clock()
        await client.inspect.listErrors()
        measured.push(clock() - startedAt)
      }
      return measured
    },

    async close() {
      await client.close({ timeout: 0 })
      rmSync(folder, { recursive: true })
    },
  }
}

function filtersFor(middle: Date): Readonly<Record<string, JobFilter>> {
  return {
    all: {},
    'one tenant': { tenantId: 'tenant_large' },
    'a small tenant': { tenantId: 'tenant_7' },
    'one definition': { definitionId: 'definition_3' },
    'a rare definition': { definitionId: 'rare' },
    'one event': { event: 'event_4.happened' as never },
    completed: { states: ['completed'] },
    failed: { states: ['failed'] },
    queued: { states: ['queued'] },
    scheduled: { states: ['scheduled'] },
    'one reference': { reference: 'order_500' },
    'half of the time': { since: middle },
    'text of few errors': { errorText: 'has no address' },
    'text of no error': { errorText: 'nothing has this text' },
    'error group': { definitionId: 'definition_3', errorGroup: 'Error: The mail server is busy' },
    'error group, any definition': { errorGroup: 'Error: The mail server is busy' },
    'rare error group': { errorGroup: 'Error: The order # has no address' },
    'tenant, failed': { tenantId: 'tenant_large', states: ['failed'] },
    'tenant, queued': { tenantId: 'tenant_large', states: ['queued'] },
    'tenant, completed': { tenantId: 'tenant_large', states: ['completed'] },
    'definition, failed': { definitionId: 'definition_3', states: ['failed'] },
    'definition, queued': { definitionId: 'definition_3', states: ['queued'] },
    'event, failed': { event: 'event_4.happened' as never, states: ['failed'] },
    'tenant, definition': { tenantId: 'tenant_large', definitionId: 'definition_4' },
    'tenant, definition: none': { tenantId: 'tenant_large', definitionId: 'definition_3' },
  }
}
