import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { textProblem } from '../options/text-problem.ts'
import { JobNotFoundError } from '../errors/job-not-found-error.ts'
import { JobNotVisibleError } from '../errors/job-not-visible-error.ts'
import { JobNotRetryableError } from '../errors/job-not-retryable-error.ts'
import { WaitInHandlerError } from '../errors/wait-in-handler-error.ts'
import type { JobEvent } from '../events/job-events.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import { tenantProblem } from '../events/tenant.ts'
import { isObserving } from '../hooks/is-observing.ts'
import { type SettleCall, settleObserved } from '../hooks/settle-observed.ts'
import { processJobs, toJobRegistry } from '../jobs/job-registry.ts'
import { createDefaultLogger } from '../logging/default-logger.ts'
import { requireFeature, requireFeatures } from '../provider/check-support.ts'
import type { JobPage, ListQuery } from '../status/job-page.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import { scopedClient } from '../ambient/async-context.ts'
import { isEnded } from '../status/job-state.ts'
import type { JobStatus } from '../status/job-status.ts'
import { elapsedOf } from '../time/clock.ts'
import { pause } from '../time/pause.ts'
import { systemClock } from '../time/system-clock.ts'
import { createEngineSource } from '../inspection/create-engine-source.ts'
import { createInspector } from '../inspection/create-inspector.ts'
import { addInProcessClient, recordClientJobs, removeInProcessClient } from './auto-start-cron.ts'
import { cancelJobs } from './cancel-jobs.ts'
import { setInternals } from './client-internals.ts'
import { type ClientOptions, clientOptions } from './client-options.ts'
import { closeOptions, type JobClient, listOptions, waitOptions } from './job-client.ts'
import { createLazyEngine } from '../provider/lazy-engine.ts'
import { createPauseOperations, type PauseOperations } from './pause-operations.ts'
import { createSender } from './sender.ts'
import { createTenantClient } from './tenant-client.ts'
import { toCancelQuery, toListQuery } from './to-list-query.ts'
import { waitForJob } from './wait-for-job.ts'

/** The engine of a client. */
export interface ClientEngine {
  /** Loads the provider on first use. Called again only if loading failed. */
  load(): JobProvider | Promise<JobProvider>
  /** True if the engine runs in this process. Defined cron jobs then start it without a send. */
  readonly runsInProcess?: boolean
}

/** Creates a client that loads its provider on first use. */
export function createClient({ load, runsInProcess = false }: ClientEngine, options: ClientOptions = {}): JobClient {
  const { clock = systemClock, ...userOptions } = options
  const checked = clientOptions.read(userOptions)
  const { hooks, middleware, instrument, returnedErrors, maxPayloadBytes } = checked
  const { logger = createDefaultLogger({ fields: () => instrument?.logFields?.() }) } = checked
  const jobs = checked.jobs ? toJobRegistry(checked.jobs) : processJobs()
  const engine = createLazyEngine(load, () => ({ jobs, client, logger, hooks, middleware, instrument, returnedErrors }))
  let runsHandlers = runsInProcess
  const senderDependencies = { engine, clock, hooks, instrument, logger, jobs, maxPayloadBytes }
  const sender = createSender(senderDependencies)

  /** @param waitMs - maximum time to wait for a job that the engine does not show yet */
  const find = async (provider: JobProvider, id: string, tenantId?: string, waitMs = 0): Promise<JobStatus> => {
    const problem = textProblem(id)
    if (typeof id !== 'string' || id === '') {
      throw new InvalidOptionError({ option: 'id', problem: problem!, remedy: 'Pass the `id` of a job handle.' })
    }
    for (const until = elapsedOf(clock) + waitMs; ; await pause(clock, 200)) {
      try {
        // No job has such an id, so the engine is not asked: it may replace characters.
        const status = problem === undefined ? await provider.status(id, tenantId) : undefined
        if (status && (tenantId === undefined || status.tenantId === tenantId)) return status
        throw new JobNotFoundError({ jobId: id, provider: provider.name })
      } catch (error) {
        if (!JobNotVisibleError.isInstance(error) || elapsedOf(clock) >= until) throw error
      }
    }
  }

  /** Retries that are running. Two concurrent calls make one retry. */
  const retrying = new Map<string, Promise<void>>()
  const retryOnce = (provider: JobProvider, id: string): Promise<void> => {
    const retry = retrying.get(id) ?? provider.retry(id).finally(() => retrying.delete(id))
    retrying.set(id, retry)
    return retry
  }

  const settle = (job: SettleCall, change: () => Promise<void>): Promise<void> =>
    isObserving(instrument) ? settleObserved(instrument, logger, job, change) : change()

  const operationsFor = (
    tenantId?: string,
  ): Pick<JobClient, 'getJobStatus' | 'cancelJob' | 'retryJob' | 'waitForJob'> => ({
    getJobStatus: async (id) => find(await engine.use('getJobStatus'), id, tenantId),

    async cancelJob(id) {
      const provider = await engine.useOpen('cancelJob')
      const status = await find(provider, id, tenantId, 10_000)
      if (isEnded(status.state)) return status
      requireFeature(provider, status.state === 'running' ? 'cancelJob of a running job' : 'cancelJob of a waiting job')
      await settle({ operation: 'cancel', provider, status }, () => provider.cancel(id))
      return find(provider, id, tenantId)
    },

    async retryJob(id) {
      const provider = await engine.useOpen('retryJob')
      const status = await find(provider, id, tenantId)
      requireFeature(provider, 'retryJob')
      if (status.state !== 'failed') throw new JobNotRetryableError({ jobId: id, state: status.state })
      await settle({ operation: 'retry', provider, status }, () => retryOnce(provider, id))
      return { id, event: status.event as JobEvent, tenantId: status.tenantId, deduplicated: false }
    },

    async waitForJob(id, callOptions) {
      if (scopedClient()) throw new WaitInHandlerError({ jobId: id })
      const checkedOptions = waitOptions.read(callOptions)
      const provider = await engine.use('waitForJob')
      return waitForJob(() => find(provider, id, tenantId), { id, provider, clock, ...checkedOptions })
    },
  })

  const list = async (provider: JobProvider, query: ListQuery): Promise<JobPage> => {
    requireFeature(provider, 'listJobs')
    requireFeatures(provider, listOptions, query)
    if (!provider.list) {
      throw new TypeError(`The provider \`${provider.name}\` declares \`listJobs\` but has no \`list\` method.`)
    }
    return provider.list(query)
  }
  /** Operations on all jobs that match. A tenant client adds its tenant to their options. */
  const queries: Pick<JobClient, 'listJobs' | 'cancelJobs'> & PauseOperations = {
    ...createPauseOperations(engine),
    async listJobs(listQuery) {
      const provider = await engine.use('listJobs')
      return list(provider, toListQuery(listQuery))
    },
    async cancelJobs(cancelQuery) {
      const provider = await engine.useOpen('cancelJobs')
      const query = toCancelQuery(cancelQuery)
      const { cancelJob: cancel } = operationsFor(query.tenantId)
      return cancelJobs(query, { list: (page) => list(provider, page), cancel })
    },
  }

  const source = createEngineSource({ engine, clock, jobs, client: () => client, operationsFor })
  const inspectors = createInspector(source, { clock, logger })

  const client: JobClient = {
    sendJob: sender.send,
    sendEvent: sender.send,
    scheduleJob: sender.schedule,
    sendJobs: sender.sendMany,
    ...operationsFor(),
    ...queries,
    inspect: inspectors.inspect,
    forTenant(tenantId) {
      const problem = tenantProblem(tenantId)
      if (problem) {
        throw new InvalidOptionError({
          option: 'tenantId',
          problem,
          remedy:
            (tenantId as unknown) === systemTenantId
              ? 'For the platform, use `client.forSystem()`.'
              : 'Pass the id of the tenant, a non-empty string.',
        })
      }
      return createTenantClient(tenantId, sender, {
        ...operationsFor(tenantId),
        ...queries,
        inspect: inspectors.forTenant(tenantId),
      })
    },
    forSystem() {
      const systemSender = createSender(senderDependencies, true)
      return createTenantClient(systemTenantId, systemSender, {
        ...operationsFor(systemTenantId),
        ...queries,
        inspect: inspectors.forTenant(systemTenantId),
      })
    },
    healthCheck: async () => (await engine.use('healthCheck')).health(),
    capabilities: async () => (await engine.use('capabilities')).capabilities,
    async start() {
      const provider = await engine.useOpen('start')
      await provider.start?.()
      runsHandlers = true
    },
    async close(callOptions) {
      const { timeoutMs = 10_000 } = closeOptions.read(callOptions)
      removeInProcessClient(client)
      inspectors.close()
      await engine.close(timeoutMs)
    },
  }
  setInternals(client, {
    clock,
    watchJobs: source.watch,
    definitions: jobs.all,
    runsHandlers: () => runsHandlers,
    sendForWaits: (items, isSystem) =>
      createSender(
        { ...senderDependencies, hooks: undefined, instrument: undefined, waitsOnly: true },
        isSystem,
      ).sendMany(items),
  })
  recordClientJobs(checked.jobs)
  if (runsInProcess && (!checked.jobs || jobs.cronJobs().length > 0)) addInProcessClient(client)
  return client
}
