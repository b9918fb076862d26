import { callSafely } from '../runtime/call-safely.ts'
import { ClientClosedError } from '../errors/client-closed-error.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { invalidOption } from '../options/check-option-names.ts'
import type { DeclaredOptions } from '../options/declare-options.ts'
import { textProblem } from '../options/text-problem.ts'
import type { Feature } from '../engines/capabilities.ts'
import { requireFeature, requireFeatures } from '../provider/check-support.ts'
import { type JobState, openStates, retryableStates } from '../status/job-state.ts'
import { bindLogger, type LoggerLike } from '../logging/logger.ts'
import type { Clock } from '../time/clock.ts'
import { changeById } from './change-by-id.ts'
import { changeJobs } from './change-jobs.ts'
import { eraseTenant } from './erase-tenant.ts'
import { exportTenant } from './export-tenant.ts'
import { historyRange, toHistory } from './get-history.ts'
import { getStats } from './get-stats.ts'
import { groupErrors } from './list-errors.ts'
import {
  changeOptions,
  countOptions,
  eraseOptions,
  errorsOptions,
  filterOptions,
  historyOptions,
  inspectListOptions,
  readFilter,
  statsOptions,
  subscribeOptions,
} from './inspect-options.ts'
import type { InspectedEngine, InspectSource } from './inspect-source.ts'
import type { ChangeJobsOptions, ChangeJobsResult, JobInspector, TenantInspector } from './job-inspector.ts'
import type { JobSelection } from './job-selection.ts'
import { readJobIds } from './read-job-ids.ts'
import { readJobs } from './read-jobs.ts'
import { SharedReads } from './shared-reads.ts'
import type { TenantData } from './tenant-data.ts'
import { createTenantInspector } from './tenant-inspector.ts'
import { type WatchedJobs, watchJobs } from './watch-jobs.ts'

/** The inspectors of a client. */
export interface Inspectors {
  /** Reads and steers all jobs. */
  readonly inspect: JobInspector
  /** Returns an inspector of the jobs of one tenant. */
  forTenant(tenantId: string): TenantInspector
  /** Exports and erases the data of one tenant. */
  dataOf(tenantId: string): TenantData
  /** Ends all subscriptions. */
  close(): void
}

/** Creates the inspectors of a client: checks options, and whether its engines support them. */
export function createInspector(
  source: InspectSource,
  { clock, logger }: { readonly clock: Clock; readonly logger: LoggerLike },
): Inspectors {
  const subscriptions = new Set<AbortController>()
  const reads = new SharedReads<WatchedJobs>(clock)
  let isClosed = false

  /** Returns the engines after checking that they support the operation and the options. */
  const enginesFor = async (
    operation: string,
    features: readonly Feature[],
    declared?: DeclaredOptions<unknown>,
    checked: object = {},
    isChange = false,
  ): Promise<readonly InspectedEngine[]> => {
    const engines = await source.engines(operation, isChange)
    for (const engine of engines) {
      for (const feature of features) requireFeature(engine, feature)
      if (declared) requireFeatures(engine, declared, checked)
    }
    return engines
  }

  const changeMany = async (
    operation: 'retryJobs' | 'cancelJobs',
    given: JobSelection,
    givenOptions: ChangeJobsOptions | undefined,
    tenantId: string | undefined,
  ): Promise<ChangeJobsResult> => {
    const allowed: readonly JobState[] = operation === 'retryJobs' ? retryableStates : openStates
    const requiredFor = (read: Feature): Feature[] => (operation === 'retryJobs' ? [read, 'retryJob'] : [read])
    const change = async (id: string): Promise<boolean> => {
      if (operation === 'cancelJobs') return (await source.cancel(id, tenantId)).state === 'cancelled'
      await source.retry(id, tenantId)
      return true
    }
    const ids = readJobIds(given)
    if (ids) {
      const options = changeOptions.read(givenOptions)
      if (options.cursor !== undefined) {
        throw invalidOption('cursor', 'cannot be combined with `ids`', 'Pass the ids that are left.')
      }
      await enginesFor(`inspect.${operation}`, requiredFor('inspect.getJob'), undefined, {}, true)
      return changeById(source, { ids, states: allowed, tenantId, change }, options)
    }
    const filter = readFilter(filterOptions, given, operation === 'retryJobs' ? 'retry' : 'cancel')
    const options = changeOptions.read(givenOptions)
    if (Object.keys(filter).length === 0) {
      throw invalidOption('filter', 'has no condition', "Name the jobs: `{ definitionId: 'process-order' }`.")
    }
    const wrong = filter.states?.find((state) => !allowed.includes(state))
    if (wrong !== undefined) {
      const remedy = `Omit \`states\`, or pass only ${allowed.map((state) => `'${state}'`).join(', ')}.`
      throw invalidOption('states', `contains \`${wrong}\``, remedy)
    }
    // Many jobs can be unhandled on purpose, so a retry of what failed leaves them alone.
    // Of an error group, a cancel means what is retried: other runs of jobs that failed may do well.
    const toCancel = filter.errorGroup === undefined ? openStates : ['retrying' as const]
    const query = { ...filter, states: filter.states ?? (operation === 'retryJobs' ? ['failed' as const] : toCancel) }
    const engines = await enginesFor(
      `inspect.${operation}`,
      requiredFor('inspect.listJobs'),
      filterOptions,
      query,
      true,
    )
    return changeJobs(engines, source, { filter: query, change, nowMs: clock.now() }, options)
  }

  /** @param tenantId - the tenant whose jobs can be read and changed; absent: all */
  const operationsFor = (tenantId?: string): TenantInspector => ({
    async getJob(id) {
      const problem = textProblem(id)
      if (typeof id !== 'string' || id === '') {
        throw new InvalidOptionError({ option: 'id', problem: problem!, remedy: 'Pass the `id` of a job handle.' })
      }
      await enginesFor('inspect.getJob', ['inspect.getJob'])
      return source.explain(await source.job(id, tenantId))
    },
    async listJobs(given) {
      const query = readFilter(inspectListOptions, given, 'list')
      await enginesFor('inspect.listJobs', ['inspect.listJobs'], inspectListOptions, query)
      return source.list({ order: 'newest', limit: 50, ...query })
    },
    async countJobs(given) {
      const { by, ...filter } = readFilter(countOptions, given, 'count')
      await enginesFor('inspect.countJobs', ['inspect.listJobs'], countOptions, filter)
      return source.count(filter, by)
    },
    async getStats(given) {
      const options = readFilter(statsOptions, given, 'read')
      const engines = await enginesFor('inspect.getStats', ['inspect.listJobs'], statsOptions, options)
      return getStats(engines, source, options, clock.now())
    },
    async listErrors(given) {
      const options = readFilter(errorsOptions, given, 'read')
      await enginesFor('inspect.listErrors', ['inspect.listJobs'], errorsOptions, options)
      const { limit: _, ...query } = options
      return groupErrors(await source.failures(query), options, clock.now())
    },
    retryJobs: async (jobs, options) => changeMany('retryJobs', jobs, options, tenantId),
    cancelJobs: async (jobs, options) => changeMany('cancelJobs', jobs, options, tenantId),
    subscribe(given, listener, givenOptions) {
      const filter = readFilter(filterOptions, given, 'watch')
      if (typeof listener !== 'function') throw invalidOption('listener', 'is not a function', 'Pass a function.')
      const { limit = 100, onError: report = logError } = subscribeOptions.read(givenOptions)
      const onError = (error: unknown): void => void callSafely(() => report(error), logError)
      // Nobody would end it.
      if (isClosed) throw new ClientClosedError({ operation: 'inspect.subscribe' })
      const controller = new AbortController()
      const stop = (): void => {
        controller.abort()
        subscriptions.delete(controller)
      }
      subscriptions.add(controller)
      const read = async () => {
        await enginesFor('inspect.subscribe', ['inspect.listJobs'], filterOptions, filter)
        // A second page if the first one is short: hosted engines show some jobs only there.
        const limits = { maxPages: 2, maxJobs: limit }
        const { jobs: found, searchedTo } = await readJobs(source.list, { ...filter, order: 'newest', limit }, limits)
        const jobs = found.slice(0, limit)
        const isCut = found.length > limit
        return { jobs, searchedTo: isCut ? jobs.at(-1)!.createdAt : searchedTo }
      }
      const { signal } = controller
      const key = JSON.stringify([filter, limit])
      const watch = (changed: () => void) => source.watch(changed)
      watchJobs({ clock, reads, key, read, watch, listener, onError, signal }).catch(logError)
      return stop
    },
  })
  const logError = (error: unknown): void => {
    bindLogger(logger, {}).warn('`inspect.subscribe` failed. It tries again.', { error })
  }

  const all = operationsFor()
  const inspect: JobInspector = {
    ...all,
    async runCronJob(id) {
      await enginesFor('inspect.runCronJob', ['inspect.runCronJob'], undefined, {}, true)
      return source.runCronJob(id)
    },
    async getHistory(given) {
      const { definitionId, ...options } = readFilter(historyOptions, given, 'read')
      if (definitionId === undefined) throw invalidOption('definitionId', 'is missing', 'Pass the id of a definition.')
      await enginesFor('inspect.getHistory', ['inspect.listJobs'])
      const range = historyRange(options, clock.now())
      return toHistory(await source.history({ definitionId, since: range.since }), range)
    },
    listDefinitions: () => source.definitions(),
    listEvents: () => source.events(),
    async listWorkers() {
      await enginesFor('inspect.listWorkers', ['inspect.listWorkers'])
      return source.workers()
    },
  }
  return {
    inspect,
    forTenant: (tenantId) => createTenantInspector(tenantId, operationsFor(tenantId)),
    dataOf: (tenantId) => ({
      async erase(given) {
        const options = eraseOptions.read(given)
        const engines = await enginesFor('erase', ['inspect.listJobs'], filterOptions, { states: openStates }, true)
        const result = await eraseTenant(engines, source, { tenantId, nowMs: clock.now() }, options)
        const { failed: _, ...counts } = result
        bindLogger(logger, { tenantId }).info('Erased data of a tenant.', counts)
        return result
      },
      async *export() {
        const engines = await enginesFor('export', ['inspect.listJobs', 'inspect.getJob'])
        yield* exportTenant(engines, source, { tenantId, nowMs: clock.now() })
      },
    }),
    close() {
      isClosed = true
      for (const controller of subscriptions) controller.abort()
      subscriptions.clear()
    },
  }
}
