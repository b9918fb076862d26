import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createJobClient, type JobFilter } from '../../src/index.ts'
import { openFile } from '../../src/store/sqlite/open-file.ts'
import { fillFile, sendEveryMs } from '../kit/fill-file.ts'

// Measures the pages and counts of a file with a million jobs: 30 pages from each end. The bench of the local engine
// runs it and prints its result.
const jobs = Number(process.argv[2] ?? 1_000_000)
const pages = 30
const from = Date.UTC(2026, 0, 1)
const middle = new Date(from + (jobs * sendEveryMs) / 2)

const filters: Readonly<Record<string, JobFilter>> = {
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
  'tenant, failed': { tenantId: 'tenant_large', states: ['failed'] },
  'tenant, queued': { tenantId: 'tenant_large', states: ['queued'] },
  'tenant, completed': { tenantId: 'tenant_large', states: ['completed'] },
  'definition, failed': { definitionId: 'definition_3', states: ['failed'] },
  'definition, queued': { definitionId: 'definition_3', states: ['queued'] },
  'event, failed': { event: 'event_4.happened' as never, states: ['failed'] },
  'tenant, definition': { tenantId: 'tenant_large', definitionId: 'definition_4' },
  'tenant, definition: none': { tenantId: 'tenant_large', definitionId: 'definition_3' },
}

const folder = mkdtempSync(join(tmpdir(), 'inspection-'))
const path = join(folder, 'jobs.db')
const connection = openFile(path)
fillFile(connection, jobs, from)
connection.close()
const client = createJobClient({ provider: 'local', jobs: [], config: { store: 'sqlite', path, role: 'send' } })
await client.inspect.listJobs()

const time = async <T>(into: number[], work: () => Promise<T>): Promise<T> => {
  const startedAt = performance.now()
  const result = await work()
  into.push(performance.now() - startedAt)
  return result
}
const quantile = (values: readonly number[], part: number): number =>
  values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) * part)]!
const measured: { name: string; p50: number; p95: number; count: number }[] = []
for (const [name, filter] of Object.entries(filters)) {
  const [pageMs, countMs]: [number[], number[]] = [[], []]
  for (const order of ['newest', 'oldest'] as const) {
    let cursor: string | undefined
    for (let page = 0; page < pages; page++) {
      cursor = (await time(pageMs, () => client.inspect.listJobs({ ...filter, order, cursor }))).cursor
      if (cursor === undefined) break
    }
  }
  for (let round = 0; round < 5; round++) await time(countMs, () => client.inspect.countJobs(filter))
  measured.push({
    name,
    p50: quantile(pageMs, 0.5),
    p95: quantile(pageMs, 0.95),
    count: quantile(countMs, 0.95),
  })
}
await client.close({ timeout: 0 })
rmSync(folder, { recursive: true })
process.stdout.write(JSON.stringify(measured))
