import type { CronJobDefinition } from '@cgk-platform/jobs-core'
import { forEachWithConcurrency, mapWithConcurrency } from '@cgk-platform/jobs-core/hosted'
import { createJobId, type Envelope, type TickHost } from '@cgk-platform/jobs-core/provider'

import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import { toCronEventName } from '../wire/cron-event-name.ts'
import { idAt, type IdSeed, hashedSeed } from '../wire/event-id.ts'
import { toFunctionId } from '../wire/function-id.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import { toInngestEvent } from '../wire/to-inngest-event.ts'
import type { HostDependencies } from './host-dependencies.ts'

/** Creates the host that turns a tick of a cron job into jobs on Inngest. */
export function createTickHost(
  definition: CronJobDefinition,
  tick: number,
  host: HostDependencies,
): Omit<Required<TickHost>, 'sendUnlessOpen'> {
  const { inngest, clock, postEvents, client } = host
  const name = toCronEventName(inngest.id, definition.id)
  /** Returns the same seed, and so the same job, for the same tick, app, definition and tenant. */
  const seedFor = (tenantId: string): Promise<IdSeed> => hashedSeed(['cron', inngest.id, definition.id, tenantId], tick)

  const sendOne = async (envelope: Envelope): Promise<void> => {
    const event = { ...toInngestEvent(envelope), name }
    const [posted] = await postEvents([event], await seedFor(envelope.tenantId))
    if (!posted!.ok) throw new Error(`Inngest did not accept a job of the tick: ${posted!.refusal.message}.`)
  }

  let open: Promise<ReadonlyMap<string, string>> | undefined
  return {
    client,
    now: clock.now(),
    createId: () => createJobId(clock.now()),
    async isOpen(_, tenantId) {
      open ??= readOpenJobs(definition, name, host)
      const jobId = (await open).get(tenantId)
      // A retried dispatch finds the job that it created before.
      return jobId !== undefined && jobId !== idAt(await seedFor(tenantId), 0)
    },
    async send(envelopes) {
      await forEachWithConcurrency(envelopes, sendOne)
    },
  }
}

/** Returns the running or queued job of each tenant, by the tenant's id. */
async function readOpenJobs(
  { id }: CronJobDefinition,
  name: string,
  { api, inngest }: HostDependencies,
): Promise<ReadonlyMap<string, string>> {
  const path = `/v2/apps/${encodeURIComponent(inngest.id)}/functions/${toFunctionId(id)}/runs`
  const query = { status: ['QUEUED', 'RUNNING'], limit: 100 }
  const runs = await api.list<EngineRun>(`read the open runs of \`${id}\``, path, query)
  const open = new Map<string, string>()
  const eventIds = new Set(runs.flatMap(({ trigger }) => trigger?.eventIds?.[0] ?? []))
  // A failed read fails the tick, so the remaining reads are skipped.
  await mapWithConcurrency([...eventIds], async (eventId) => {
    const event = (await api.get<{ data?: EngineEvent }>(`read the job ${eventId}`, `/v1/events/${eventId}`))?.data
    if (event?.name === name) open.set(toEnvelope(event, eventId).tenantId, eventId)
  })
  return open
}
