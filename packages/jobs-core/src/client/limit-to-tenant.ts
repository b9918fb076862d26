import { signalOf } from '../events/signal-event.ts'
import { PayloadInvalidError } from '../errors/payload-invalid-error.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import type { DefinitionInfo } from '../inspection/definition-info.ts'
import type { EventInfo } from '../inspection/event-info.ts'
import { hideOtherTenants } from '../inspection/hide-other-tenants.ts'
import { hideTenants, hideTenantsInIssues } from '../inspection/hide-tenants.ts'
import type { JobDetails } from '../status/job-details.ts'
import type { JobStatus } from '../status/job-status.ts'
import type { WaitReason } from '../status/wait-reason.ts'
import type { JobFilter } from '../status/job-filter.ts'
import type { TenantInspector } from '../inspection/job-inspector.ts'
import type { TenantData } from '../inspection/tenant-data.ts'
import { invalidOption } from '../options/check-option-names.ts'
import { internalsOf } from './client-internals.ts'
import type { JobClient, TenantClient } from './job-client.ts'

/** The client of one tenant for a user who may not know of others. It neither exports nor erases. */
export interface LimitedClient extends Omit<TenantClient, keyof TenantData> {
  /** Lists the definitions without their options, because those of a cron job can name tenants. */
  listDefinitions(): Promise<readonly DefinitionInfo[]>
  /** Lists the events without the tenants that their schemas name. */
  listEvents(): Promise<readonly EventInfo[]>
}

/**
 * Returns the client of one tenant for a user who may not know of others. Hides workers, options of definitions, and the
 * tenants that a schema names. Unlike `forSystem()`, the client of the platform hides what its workflows and cron
 * jobs with `tenants` can have from other tenants: all errors and outputs of their runs and steps, what steps wait for,
 * and the ids of jobs that they sent. It treats jobs of unknown definitions as workflows. Payloads, references and ids of
 * steps stay visible.
 *
 * @throws {InvalidOptionError} for an invalid tenant, and later for a search in errors that are hidden.
 */
export function limitToTenant(client: JobClient, tenantId: string): LimitedClient {
  const tenant = tenantId === systemTenantId ? limitSystem(client) : client.forTenant(tenantId)
  const { erase: _, export: __, ...limitedTenant } = tenant
  const { inspect, sendJob, scheduleJob, sendJobs, signalJob } = tenant
  const listEvents = async (): Promise<readonly EventInfo[]> => client.inspect.listEvents()

  const hideIn = async (error: unknown): Promise<unknown> => {
    if (!PayloadInvalidError.isInstance(error)) return error
    const { event, issues } = error
    if (signalOf(event) !== undefined) return new PayloadInvalidError({ event, issues: issues.map(hideMessage) })
    const { schema } = (await listEvents()).find((one) => one.event === event) ?? {}
    return new PayloadInvalidError({ event, issues: hideTenantsInIssues(issues, schema) })
  }
  const limited = <Args extends unknown[], Result>(send: (...args: Args) => Promise<Result>) =>
    (async (...args: Args) =>
      send(...args).catch(async (error: unknown) => {
        throw await hideIn(error)
      })) as typeof send

  return {
    ...limitedTenant,
    inspect: { ...inspect, getJob: async (id) => withoutOthers(withoutWorkers(await inspect.getJob(id))) },
    getJobStatus: async (id) => withoutOthers(await limitedTenant.getJobStatus(id)),
    cancelJob: async (id) => withoutOthers(await limitedTenant.cancelJob(id)),
    sendJob: limited(sendJob as never),
    scheduleJob: limited(scheduleJob as never),
    signalJob: limited(signalJob as never),
    async sendJobs(items) {
      const results = await sendJobs(items)
      return Promise.all(
        results.map(async (result) =>
          result.ok ? result : { ok: false, error: (await hideIn(result.error)) as typeof result.error },
        ),
      )
    },
    async listDefinitions() {
      const definitions = await client.inspect.listDefinitions()
      return definitions.map((definition) => ({ ...definition, options: {} }))
    },
    listEvents: async () => (await listEvents()).map(hideTenants),
  }
}

/** Signals are not listed with the events, so nothing tells which tenants their schemas name. */
function hideMessage({ path }: PayloadInvalidError['issues'][number]): PayloadInvalidError['issues'][number] {
  return { path, message: 'The signal does not accept this value.' }
}

function withoutWorkers(job: JobDetails): JobDetails {
  const runs = job.runs.map((run) => {
    const attemptHistory = run.attemptHistory?.map(({ worker: _, ...attempt }) => attempt)
    return attemptHistory ? { ...run, attemptHistory } : run
  })
  return { ...job, runs }
}

/** Returns a job without reasons to wait that tell what others do: their slots and starts, and the workers. */
function withoutOthers<Job extends JobStatus>(job: Job): Job {
  const { waiting, runs } = job
  return {
    ...job,
    ...(waiting && { waiting: ownReason(waiting) }),
    runs: runs.map((run) => (run.waiting ? { ...run, waiting: ownReason(run.waiting) } : run)),
  }
}

function ownReason(waiting: WaitReason): WaitReason {
  const { kind } = waiting
  const isOfOthers = kind === 'worker' || kind === 'throttle' || (kind === 'limit' && waiting.of === 'definition')
  return isOfOthers ? { kind: 'turn' } : waiting
}

/** Returns the client of the platform without what its jobs can have from tenants. */
function limitSystem(client: JobClient): TenantClient {
  const system = client.forSystem()
  const { inspect } = system
  const hide = hideOtherTenants(internalsOf(client)?.definitions?.() ?? [])

  const limited: TenantInspector = {
    getJob: async (id) => hide.job(await inspect.getJob(id)),
    async listJobs(options) {
      const page = await inspect.listJobs(withoutTexts(options))
      return { ...page, jobs: page.jobs.map(hide.summary) }
    },
    countJobs: async (options) => inspect.countJobs(withoutTexts(options)),
    async getStats(options) {
      const { slowest, failures, oldestWaiting, ...stats } = await inspect.getStats(options)
      return {
        ...stats,
        slowest: slowest.map(hide.summary),
        failures: failures.map(hide.summary),
        ...(oldestWaiting && { oldestWaiting: hide.summary(oldestWaiting) }),
      }
    },
    async listErrors(options) {
      const found = await inspect.listErrors(options)
      return { ...found, groups: found.groups.map(hide.errors) }
    },
    retryJobs: async (jobs, options) => inspect.retryJobs(withoutTexts(jobs), options),
    cancelJobs: async (jobs, options) => inspect.cancelJobs(withoutTexts(jobs), options),
    subscribe: (filter, listener, options) =>
      inspect.subscribe(
        withoutTexts(filter),
        (change) => listener({ ...change, jobs: change.jobs.map(hide.summary) }),
        options,
      ),
  }
  return {
    ...system,
    inspect: limited,
    getJobStatus: async (id) => hide.job(await system.getJobStatus(id)),
    cancelJob: async (id) => hide.job(await system.cancelJob(id)),
    waitForJob: async (id, options) => hide.job(await system.waitForJob(id, options)),
    async listJobs(options) {
      const page = await system.listJobs(options)
      return { ...page, jobs: page.jobs.map(hide.job) }
    },
  }
}

/** Refuses a search in errors and payloads, which would find what is hidden. */
function withoutTexts<Filter extends object | undefined>(filter: Filter): Filter {
  const given = (filter ?? {}) as JobFilter
  const option = (['errorText', 'payloadText', 'errorGroup'] as const).find((name) => given[name] !== undefined)
  if (option === undefined) return filter
  throw invalidOption(
    option,
    'is not available for jobs of the platform alone, because they can name other tenants',
    'Filter by `states` or `definitionId`.',
  )
}
