import { DefinitionNotFoundError } from '../../errors/definition-not-found-error.ts'
import { largestGroups } from '../../inspection/count-jobs.ts'
import type { InspectSource } from '../../inspection/inspect-source.ts'
import type { JobCounts } from '../../status/job-counts.ts'
import type { JobFilter } from '../../status/job-filter.ts'
import type { InspectFilter } from '../../provider/job-inspection.ts'
import { internalsOf } from '../client-internals.ts'
import type { JobOperations } from '../job-client.ts'
import type { JobFinder } from './job-finder.ts'
import { listRoutedJobs } from './list-routed-jobs.ts'
import { onEach } from './on-each.ts'
import type { RoutedEngine } from './tenant-routes.ts'

const maxCount = 100_000

/** Creates the source of the inspector of a router: the jobs of all its engines. */
export function createRoutedSource(
  engines: readonly RoutedEngine[],
  operationsFor: (tenantId?: string) => JobOperations,
  finder: JobFinder,
): InspectSource {
  return {
    engines: () => onEach(engines, async ({ name, client }) => ({ name, capabilities: await client.capabilities() })),
    job: (id, tenantId) => finder.details(id, tenantId),
    explain: async (job) => job, // the client of its engine did
    list({ cursor, order, limit, ...filter }) {
      const options = { ...toJobFilter(filter), limit, ...(order === 'oldest' && { order }) }
      return listRoutedJobs(engines, {
        read: ({ client }, page) =>
          client.inspect.listJobs({ ...options, ...(page !== undefined && { cursor: page }) }),
        limit,
        cursor,
        order,
      })
    },
    async count(filter, by) {
      const options = { ...toJobFilter(filter), ...(by && { by }) }
      return sumOf(await onEach(engines, ({ client }) => client.inspect.countJobs(options)))
    },
    async failures(query) {
      const parts = await onEach(engines, async ({ client }) => internalsOf(client)?.failures?.(query))
      const known = parts.filter((part) => part !== undefined)
      return {
        counts: known.flatMap(({ counts }) => counts),
        isComplete: known.length === parts.length && known.every(({ isComplete }) => isComplete),
      }
    },
    async history(query) {
      const parts = await onEach(engines, async ({ client }) => internalsOf(client)?.history?.(query))
      const known = parts.filter((part) => part !== undefined)
      const isComplete = known.length === parts.length && known.every((part) => part.isComplete)
      const open = known.reduce((sum, part) => sum + (part.open ?? Number.NaN), 0)
      return { counts: known.flatMap(({ counts }) => counts), isComplete, ...(isComplete && open >= 0 && { open }) }
    },
    workers: async () => (await onEach(engines, ({ client }) => client.inspect.listWorkers())).flat(),
    async definitions() {
      const all = (await onEach(engines, ({ client }) => client.inspect.listDefinitions())).flat()
      // The clients usually have the same definitions. One that an engine has paused counts.
      const byId = new Map(all.map((definition) => [definition.id, definition]))
      for (const definition of all) if (definition.paused) byId.set(definition.id, definition)
      return [...byId.values()]
    },
    async events() {
      const all = (await onEach(engines, ({ client }) => client.inspect.listEvents())).flat()
      return [...new Map(all.map((info) => [info.event, info])).values()]
    },
    // Each engine sends the jobs of its tenants, if its client has the cron job: as for a tick.
    async runCronJob(id) {
      const missing: unknown[] = []
      const sent = await onEach(engines, async ({ client }) => {
        try {
          return await client.inspect.runCronJob(id)
        } catch (error) {
          if (!DefinitionNotFoundError.isInstance(error)) throw error
          missing.push(error)
          return []
        }
      })
      if (missing.length === engines.length) throw missing[0]
      return sent.flat()
    },
    async watch(changed) {
      const results = await Promise.allSettled(
        engines.map(async ({ client }) => internalsOf(client)?.watchJobs?.(changed)),
      )
      const stops = results.map((result) => (result.status === 'fulfilled' ? result.value : undefined))
      const stop = (): void => stops.forEach((one) => one?.())
      if (stops.every((one) => one !== undefined)) return stop
      stop() // all are polled
      const failed = results.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
      return undefined
    },
    retry: async (id, tenantId) => operationsFor(tenantId).retryJob(id),
    cancel: async (id, tenantId) => operationsFor(tenantId).cancelJob(id),
    async erase(tenantId, until) {
      const parts = await onEach(engines, async ({ name, client }) => {
        const part = await internalsOf(client)?.erase?.(tenantId, until)
        return part ?? { erased: 0, left: 0, hasMore: false, kept: [`Nothing was deleted on \`${name}\`.`] }
      })
      const sum = (of: 'erased' | 'left'): number => parts.reduce((total, part) => total + part[of], 0)
      const hasMore = parts.some((part) => part.hasMore)
      return { erased: sum('erased'), left: sum('left'), hasMore, kept: parts.flatMap(({ kept }) => kept) }
    },
  }
}

function toJobFilter({ since, until, endedSince, endedUntil, ...filter }: InspectFilter): JobFilter {
  return {
    ...(filter as JobFilter),
    ...(since !== undefined && { since: new Date(since) }),
    ...(until !== undefined && { until: new Date(until) }),
    ...(endedSince !== undefined && { endedSince: new Date(endedSince) }),
    ...(endedUntil !== undefined && { endedUntil: new Date(endedUntil) }),
  }
}

function sumOf(counts: readonly JobCounts[]): JobCounts {
  const groups = new Map<string, JobCounts['groups'][number]>()
  for (const group of counts.flatMap((one) => one.groups)) {
    const known = groups.get(group.key)
    groups.set(group.key, known ? { key: group.key, ...add(known, group) } : group)
  }
  return {
    ...counts.reduce<Pick<JobCounts, 'count' | 'isExact'>>(add, { count: 0, isExact: true }),
    groups: largestGroups([...groups.values()]),
  }
}

function add(one: Pick<JobCounts, 'count' | 'isExact'>, other: Pick<JobCounts, 'count' | 'isExact'>) {
  const count = one.count + other.count
  return { count: Math.min(count, maxCount), isExact: one.isExact && other.isExact && count <= maxCount }
}
