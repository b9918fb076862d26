import { processEvents } from '../../events/event-registry.ts'
import { JobNotVisibleError } from '../../errors/job-not-visible-error.ts'
import { systemTenantId } from '../../values/reserved-names.ts'
import { UnsupportedFeatureError } from '../../errors/unsupported-feature-error.ts'
import { quote } from '../../errors/quote.ts'
import { createInspector } from '../../inspection/create-inspector.ts'
import { createDefaultLogger } from '../../logging/default-logger.ts'
import { type CheckedOptions, declareOptions, type DeclaredOptions } from '../../options/declare-options.ts'
import { kindOf } from '../../options/kind-of.ts'
import { callback, custom } from '../../options/kinds.ts'
import type { JobStatus } from '../../status/job-status.ts'
import { toError } from '../../errors/error-info.ts'
import { elapsedOf } from '../../time/clock.ts'
import { systemClock } from '../../time/system-clock.ts'
import { internalsOf, setInternals } from '../client-internals.ts'
import { closeOptions, type JobClient, type JobOperations, type ListOptions, waitOptions } from '../job-client.ts'
import { createTokenOperations } from '../signal-by-token.ts'
import { createTenantClient } from '../tenant-client.ts'
import { toListQuery } from '../to-list-query.ts'
import { commonCapabilities } from './common-capabilities.ts'
import { JobFinder } from './job-finder.ts'
import type { PauseOperations } from '../pause-operations.ts'
import type { KeyRecord } from './key-record.ts'
import { listRoutedJobs, type RoutedList } from './list-routed-jobs.ts'
import { createRoutedSource } from './create-routed-source.ts'
import { createMemoryKeyRecord } from './memory-key-record.ts'
import { createRoutedPauses } from './routed-pauses.ts'
import { routedHealth } from './routed-health.ts'
import { createRoutedSender, keyNameOf } from './routed-sender.ts'
import { linkToRouter, routerLinkOf } from '../../ambient/router-link.ts'
import { onEach } from './on-each.ts'
import { TenantRoutes } from './tenant-routes.ts'

/** The options of `createTenantRouter`. */
export interface TenantRouterOptions<Name extends string = string> {
  /** The clients of the engines, by names of your choice. */
  clients: Readonly<Record<Name, JobClient>>
  /**
   * Returns the name of a tenant's engine, or several: jobs start on the first, and workflows on the others still get
   * the tenant's events. Also called for `system`, the tenant of the platform and of cron jobs without
   * tenants.
   */
  route: (tenantId: string) => Name | readonly Name[]
  /** Remembers the engines of idempotency keys. Default: in the memory of this process. */
  keys?: KeyRecord | undefined
}

const routerOptions: DeclaredOptions<CheckedOptions<TenantRouterOptions>> = declareOptions<TenantRouterOptions>(
  '`createTenantRouter`',
  {
    clients: custom(
      (clients: unknown, name, createError) => {
        const remedy = "Pass an object of clients: `{ old: createJobClient({ provider: 'inngest' }), … }`."
        if (typeof clients !== 'object' || clients === null || Array.isArray(clients)) {
          throw createError(name, `is ${kindOf(clients)}, not an object`, remedy)
        }
        const entries = Object.entries(clients as Record<string, JobClient | undefined>)
        if (entries.length === 0) throw createError(name, 'is empty', remedy)
        for (const [key, client] of entries) checkClient(key, client, createError)
        return clients as Record<string, JobClient>
      },
      { required: 'Pass the clients of the engines, by name.' },
    ),
    route: callback({ required: "Pass a function that returns the name of a tenant's engine." }),
    keys: custom(),
  },
)

/**
 * Creates a client over several engines that sends each tenant's jobs to the engine that `route` names. It finds, lists
 * and controls jobs on all of them, so that tenants can move from one engine to another step by step.
 *
 * @throws {InvalidOptionError} for an invalid option, or a client that already has a router.
 */
export function createTenantRouter<const Name extends string>(options: TenantRouterOptions<Name>): JobClient {
  const { clients, route, keys: givenKeys } = routerOptions.read(options)
  const routes = new TenantRoutes(clients, route)
  const { engines } = routes
  const clock = internalsOf(engines[0].client)?.clock ?? systemClock
  const keys = givenKeys ?? createMemoryKeyRecord(clock)
  const finder = new JobFinder(routes)
  const senderDependencies = { routes, keys, finder }
  const sender = createRoutedSender(senderDependencies)
  const queries: Pick<JobClient, 'listJobs' | 'cancelJobs'> & PauseOperations = {
    ...createRoutedPauses(routes),
    async listJobs(listOptions) {
      const { cursor, ...query } = toListQuery(listOptions)
      const read: RoutedList<JobStatus>['read'] = ({ client }, page) =>
        client.listJobs({ ...query, ...(page !== undefined && { cursor: page }) } as ListOptions)
      return listRoutedJobs(engines, { read, limit: query.limit, cursor, order: 'newest' })
    },
    cancelJobs: async (cancelOptions) =>
      (await onEach(engines, ({ client }) => client.cancelJobs(cancelOptions))).flat(),
  }

  const operationsFor = (tenantId?: string): JobOperations => ({
    async getJobStatus(id) {
      const { status } = await finder.find(id, tenantId)
      if (JobNotVisibleError.isInstance(status)) throw status
      return status
    },
    cancelJob: async (id) => (await finder.find(id, tenantId)).operations.cancelJob(id),
    retryJob: async (id) => (await finder.find(id, tenantId)).operations.retryJob(id),
    signalJob: async (id, ...signal) => (await finder.find(id, tenantId)).operations.signalJob(id, ...signal),
    async waitForJob(id, callOptions) {
      const { timeoutMs, signal } = waitOptions.read(callOptions)
      const beganAt = elapsedOf(clock)
      const { operations } = await finder.find(id, tenantId)
      const timeout = timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - (elapsedOf(clock) - beganAt))
      return operations.waitForJob(id, { timeout, signal })
    },
  })

  const source = createRoutedSource(engines, operationsFor, finder)
  const inspectors = createInspector(source, { clock, logger: createDefaultLogger() })

  const router: JobClient = {
    sendJob: sender.send,
    sendEvent: sender.send,
    scheduleJob: sender.schedule,
    sendJobs: sender.sendMany,
    ...operationsFor(),
    ...queries,
    ...createTokenOperations(() => router, { events: processEvents() }, clock),
    inspect: inspectors.inspect,
    forTenant(tenantId) {
      for (const { client } of engines) client.forTenant(tenantId) // checks the id
      return createTenantClient(tenantId, sender, {
        ...operationsFor(tenantId),
        ...queries,
        inspect: inspectors.forTenant(tenantId),
        ...inspectors.dataOf(tenantId),
      })
    },
    forSystem() {
      const systemSender = createRoutedSender(senderDependencies, true)
      return createTenantClient(systemTenantId, systemSender, {
        ...operationsFor(systemTenantId),
        ...queries,
        inspect: inspectors.forTenant(systemTenantId),
        ...inspectors.dataOf(systemTenantId),
      })
    },
    healthCheck: () => routedHealth(engines),
    async capabilities() {
      return commonCapabilities(
        await Promise.all(
          engines.map(async ({ name, client }) => ({ name, capabilities: await client.capabilities() })),
        ),
      )
    },
    async start() {
      const errors = await errorsOf(engines.map(({ client }) => client.start()))
      // The workers of some engines run elsewhere, so there is nothing to start here.
      const failed = errors.find((error) => !cannotStart(error) || errors.length === engines.length)
      if (failed) throw failed
    },
    async close(callOptions) {
      const { timeoutMs } = closeOptions.read(callOptions)
      inspectors.close()
      const beganAt = elapsedOf(clock)
      const all = engines.map(({ client }) => client)
      const runsHandlers = (client: JobClient): boolean => internalsOf(client)?.runsHandlers?.() ?? true
      const errors = await errorsOf(all.filter(runsHandlers).map((client) => client.close(callOptions)))
      // Last, because until now handlers of the others could still send to these.
      const timeout = timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - (elapsedOf(clock) - beganAt))
      const senders = all.filter((client) => !runsHandlers(client))
      errors.push(...(await errorsOf(senders.map((client) => client.close({ timeout })))))
      if (errors[0]) throw errors[0]
    },
  }

  const definitions = () => engines.flatMap(({ client }) => internalsOf(client)?.definitions?.() ?? [])
  setInternals(router, { clock, watchJobs: source.watch, definitions, isRouter: true })
  for (const { name, client } of engines) {
    linkToRouter(client, {
      router,
      async runsHere({ tenantId, event, idempotencyKey, idempotencyTtlMs = 0 }) {
        const ownName = routes.of(tenantId)[0].name
        if (idempotencyKey === undefined) return name === ownName
        return name === (await keys.claim(keyNameOf({ tenantId, event, idempotencyKey }), ownName, idempotencyTtlMs))
      },
    })
  }
  return router
}

function checkClient(
  key: string,
  client: JobClient | undefined,
  createError: (option: string, problem: string, remedy: string) => Error,
): void {
  const option = `clients.${key}`
  if (typeof client?.sendJobs !== 'function') {
    throw createError(option, `is ${kindOf(client)}, not a client`, 'Pass the result of `createJobClient`.')
  }
  if (routerLinkOf(client)) {
    throw createError(
      option,
      'already belongs to a tenant router',
      `Create one client for each router and ${quote(key)}.`,
    )
  }
}

async function errorsOf(calls: readonly Promise<void>[]): Promise<Error[]> {
  const results = await Promise.allSettled(calls)
  return results.flatMap((result) => (result.status === 'rejected' ? [toError(result.reason)] : []))
}

function cannotStart(error: Error): boolean {
  return UnsupportedFeatureError.isInstance(error) && error.feature === 'client.start()'
}
