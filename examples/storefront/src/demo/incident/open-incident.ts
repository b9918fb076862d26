import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { createJobClient, type JobClient, type JobItem } from '@cgk-platform/jobs'

import { sendAll } from '../demo-engine.ts'
import { createIncidentJobs, createJobOfGoneWorker, IncidentJournal } from './incident-jobs.ts'
import type { Incident } from './plan-incident.ts'

/** Number of orders of the tenant whose payments fail since the deploy. */
export const failingOrders = 200
const ordersBefore = 20
const waitingJobs = 30

/** A shop in trouble. */
export interface OpenedIncident {
  readonly client: JobClient
  readonly journal: IncidentJournal
  /** Ends the failures: as a new deploy would. */
  repair(): void
  close(): Promise<void>
}

/** Opens a shop, and lets everything go wrong that the engine shows. Resolves once all of it has happened. */
export async function openIncident(incident: Incident, provider: 'local' | 'inngest'): Promise<OpenedIncident> {
  const { failing, throttled, paused, healthyTenantId } = incident
  const journal = new IncidentJournal()
  const jobs = createIncidentJobs(incident, journal)
  const folder = mkdtempSync(join(tmpdir(), 'storefront-'))
  const path = join(folder, 'jobs.db')
  const engine = provider === 'inngest' ? await openInngest(jobs) : openLocal(path, jobs)
  const { client } = engine
  await client.start()
  const { features } = await client.capabilities()
  const send = (event: JobItem['event'], tenantId: string, count: number, prefix: string) =>
    sendAll(
      client,
      Array.from(
        { length: count },
        (_none, at) => ({ event, payload: { tenantId, orderId: `${prefix}-${at + 1}` } }) as JobItem,
      ),
    )
  const until = async (isTrue: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await isTrue())) await pause(50)
  }

  for (const tenantId of [failing.tenantId, healthyTenantId]) {
    await send('order.created', tenantId, ordersBefore, `early-${tenantId}`)
  }
  await until(() => journal.charged.size === 2 * ordersBefore)
  journal.isBroken = true
  await send('order.created', failing.tenantId, failingOrders, 'late')
  await send('order.created', healthyTenantId, ordersBefore, 'fine')
  await until(() => journal.refused.size === failingOrders && journal.charged.size === 3 * ordersBefore)
  await send('order.fulfilled', throttled.tenantId, waitingJobs, 'sent')
  if (features['pauseJobs of a definition'].supported) {
    await client.pauseJobs({ definitionId: paused.definitionId })
    await send('order.delivered', paused.tenantId, waitingJobs, 'delivered')
  }
  if (provider === 'local')
    await loseWorker(incident, path, async (tenantId) => send('order.refunded', tenantId, waitingJobs, 'back'))
  return {
    client,
    journal,
    repair: () => (journal.isBroken = false),
    async close() {
      await engine.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function openLocal(path: string, jobs: ReturnType<typeof createIncidentJobs>) {
  const client = createJobClient({ provider: 'local', config: { path }, jobs })
  return { client, close: () => client.close({ timeout: 0 }) }
}

async function openInngest(jobs: ReturnType<typeof createIncidentJobs>) {
  const { createLoopbackEngine } = await import('@cgk-platform/inngest-loopback')
  const { openInngestApp } = await import('../inngest-app.ts')
  const engine = await createLoopbackEngine()
  const app = await openInngestApp({ baseUrl: engine.url, jobs })
  return {
    client: app.client,
    async close() {
      await app.close()
      await engine.close()
    },
  }
}

/** Runs another worker of the file, which takes a job and ends before it is done. */
async function loseWorker(
  incident: Incident,
  path: string,
  send: (tenantId: string) => Promise<readonly { readonly id: string }[]>,
): Promise<void> {
  const { definitionId, tenantId } = incident.gone
  const { client, close } = openLocal(path, [createJobOfGoneWorker(incident)])
  await client.start()
  await send(tenantId)
  while ((await client.inspect.countJobs({ definitionId })).count < waitingJobs) await pause(50)
  await close()
}
