import { beforeJobIdsSince, errorGroupOf } from '@cgk-platform/jobs-core/scheduling'

import type { Connection } from '../../src/store/sqlite/file/connection.ts'
import { createInsert } from '../../src/store/sqlite/file/insert-rows.ts'
import { addJobs } from '../../src/store/sqlite/tables/jobs-table.ts'
import { prepare } from '../../src/store/sqlite/file/open-file.ts'
import { addRun } from '../../src/store/sqlite/tables/runs-table.ts'

/** Time between two sends, in milliseconds. */
export const sendEveryMs = 100
const tenants = 1_000
const events = 10
const batch = 1_000
/** Some jobs arrive after that many which were sent later. */
const lateBy = 400
/** Number of the first jobs that `rare` handled. */
const rareJobs = 30

interface Ended {
  readonly state: 'completed' | 'failed' | 'cancelled'
  readonly error?: string
  readonly group?: string
}

const insertEnded = createInsert(
  'cgk_runs (run, definition_id, tenant, state, attempts, max_attempts, started_at, attempt_started_at, ended_at, error, error_group, output)',
  '(?, ?, ?, ?, 1, 3, ?, ?, ?, ?, ?, ?)',
)

/**
 * Fills a new file with jobs in many states. Half of them are of one tenant. Most failed in one outage, long ago. The newest
 * of all wait. No other connection may be open.
 *
 * @param from - the time of the first send, in epoch milliseconds
 */
export function fillFile(connection: Connection, jobs: number, from: number): void {
  const sentAtOf = (number: number): number => from + (isLate(number) ? number - lateBy : number) * sendEveryMs
  // Without a log and its syncs, and with a large cache, a million jobs take a third of the time.
  connection.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000')
  connection.exec('BEGIN')
  for (let first = 0; first < jobs; first += batch) {
    const numbers = Array.from({ length: Math.min(batch, jobs - first) }, (_, index) => first + index)
    const envelopes = numbers.map((number) => ({
      v: 1 as const,
      id: beforeJobIdsSince(sentAtOf(number)) + String(number).padStart(16, '0'),
      event: number < rareJobs ? 'rare.requested' : `event_${number % events}.happened`,
      tenantId: tenantOf(number),
      payload: { tenantId: tenantOf(number), number, text: 'a text as in a usual payload, '.repeat(5) },
      sentAt: sentAtOf(number),
      ...(isDelayed(number, jobs) && { runAt: from + jobs * sendEveryMs + number }),
      ...(number % 100 === 0 && { references: [`order_${number % 1000}`] }),
    }))
    addJobs(connection, envelopes, from + first * sendEveryMs)
    const started = numbers.filter((number) => !isDelayed(number, jobs))
    const ended = started.filter((number) => endOf(number, jobs) !== undefined)
    insertEnded(
      connection,
      ended.map((number) => {
        const { state, error, group } = endOf(number, jobs)!
        const endedAt = from + number * sendEveryMs
        const values = [
          state,
          endedAt - 10,
          endedAt - 10,
          endedAt,
          error ?? null,
          group ?? null,
          state === 'completed' ? '"done"' : null,
        ]
        return [runOf(number), definitionOf(number), tenantOf(number), ...values]
      }),
    )
    for (const number of started.filter((one) => endOf(one, jobs) === undefined)) {
      const run = { run: runOf(number), tenantId: tenantOf(number), rank: number, maxAttempts: 3 }
      addRun(connection, { ...run, definitionId: definitionOf(number) })
    }
  }
  connection.exec(`
    UPDATE cgk_meta SET taken = (SELECT max(seq) FROM cgk_jobs);
    UPDATE cgk_jobs SET state = 'taken' WHERE state = 'arrived';
    DELETE FROM cgk_due WHERE due_at = 0;
  `)
  const handled = ['rare', ...Array.from({ length: events }, (_, number) => `definition_${number}`)]
  for (const definitionId of handled) {
    const event = definitionId === 'rare' ? 'rare.requested' : `${definitionId.replace('definition', 'event')}.happened`
    connection.run('INSERT OR IGNORE INTO cgk_handled VALUES (?, ?)', definitionId, event)
  }
  connection.exec('COMMIT')
  prepare(connection)
  connection.exec('PRAGMA cache_size = -2000')
}

function runOf(number: number): number {
  return (number + 1) * 2 ** 20 + 1
}

function tenantOf(number: number): string {
  return number % 2 === 0 ? 'tenant_large' : `tenant_${(number * 7919) % tenants}`
}

function definitionOf(number: number): string {
  return number < rareJobs ? 'rare' : `definition_${number % events}`
}

function isLate(number: number): boolean {
  return number % 7 === 0 && number >= lateBy
}

function isDelayed(number: number, jobs: number): boolean {
  return number > jobs * 0.5 && number % 97 === 0
}

/** Returns the end of a job. The last twentieth has not ended. */
function endOf(number: number, jobs: number): Ended | undefined {
  if (number >= jobs * 0.95) return undefined
  const isInOutage = number > jobs * 0.2 && number < jobs * 0.25
  if (isInOutage || number % 1009 === 0) {
    const message = number % 5003 === 0 ? `The order ${number} has no address` : 'The mail server is busy'
    const stack = `Error: ${message}\n${'    at handler (file:///app/src/jobs/send-mail.ts:10:11)\n'.repeat(8)}`
    const error = { name: 'Error', message, stack }
    return { state: 'failed', error: JSON.stringify(error), group: errorGroupOf(error) }
  }
  return { state: number % 2003 === 0 ? 'cancelled' : 'completed' }
}
