import type { JobClient, JobItem, SendOptions } from '@cgk-platform/jobs'
import { JobsError } from '@cgk-platform/jobs/errors'

import '../events.ts'
import type { Script } from '../events.ts'
import type { LoadKind, Note } from '../ledger-entry.ts'

/** The services that send a load. */
export interface LoadSender {
  readonly client: JobClient
  readonly note: (note: Note) => void
  /** The name of the load. Its items and tenants begin with it. */
  readonly group: string
}

/** A job of a load. */
export interface LoadJob {
  readonly event: 'chaos.turn' | 'chaos.lane' | 'chaos.held' | 'chaos.again'
  readonly script: Script & { readonly kind: LoadKind }
  readonly options?: SendOptions
}

/** Sends jobs in one transaction. Writes each send and its result into the ledger. */
export async function sendNoted({ client, note, group }: LoadSender, jobs: readonly LoadJob[]): Promise<void> {
  for (const { script, options } of jobs) {
    const { item, kind, tenantId: tenant, store } = script
    const { runAt } = options ?? {}
    const notBefore = runAt instanceof Date && { notBefore: runAt.getTime() }
    note({ type: 'sending', item, kind, tenant, group, ...(store !== undefined && { store }), ...notBefore })
  }
  const items = jobs.map(({ event, script, options }): JobItem => ({
    event,
    payload: script,
    ...(options && { options }),
  }))
  const results = await client.sendJobs(items).catch((error: unknown) => {
    if (!JobsError.isInstance(error)) throw error
    return error
  })
  for (const [index, { script }] of jobs.entries()) {
    const { item } = script
    const result = Array.isArray(results) ? results[index]! : { ok: false as const, error: results }
    if (result.ok) note({ type: 'sent', item, job: result.job.id, deduplicated: false })
    else note({ type: 'send failed', item, error: String(result.error) })
  }
}
