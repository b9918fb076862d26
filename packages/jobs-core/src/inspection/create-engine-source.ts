import type { JobDetails } from '../status/job-details.ts'
import type { Pause } from '../jobs/pause.ts'
import type { Capabilities, Feature } from '../engines/capabilities.ts'
import { decodeForReader } from '../codec/decode-for-reader.ts'
import type { ValueCodec } from '../codec/value-codec.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { LazyEngine } from '../provider/lazy-engine.ts'
import { JobNotFoundError } from '../errors/job-not-found-error.ts'
import { eventOf } from '../jobs/event-of.ts'
import type { JobRegistry } from '../jobs/job-registry.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import { textProblem } from '../options/text-problem.ts'
import type { JobSender } from '../sends/job-sender.ts'
import type { JobStatus } from '../status/job-status.ts'
import { withWaitReasons } from '../status/with-wait-reasons.ts'
import type { Clock } from '../time/clock.ts'
import { pauseFeatures } from '../provider/pause-features.ts'
import { countJobs } from './count-jobs.ts'
import { describeEvents } from './describe-events.ts'
import { describeDefinition } from './describe-definition.ts'
import { readHistory } from './get-history.ts'
import { isOfErrorGroup, readFailures } from './list-errors.ts'
import { missedTicks } from './missed-ticks.ts'
import { mapWithConcurrency } from '../runtime/map-with-concurrency.ts'
import type { InspectSource, ListPage } from './inspect-source.ts'
import type { InspectFilter, JobInspection } from '../provider/job-inspection.ts'
import { shortened } from './summarize-runs.ts'
import { requireCronJob, runCronJob } from './run-cron-job.ts'

const eraseFeature = 'erase: deletes' satisfies Feature

/** The parts of a client that its inspector uses. */
export interface EngineSourceDependencies {
  readonly engine: LazyEngine
  readonly clock: Clock
  readonly jobs: JobRegistry
  readonly client: () => JobSender
  /** Decodes what is read. */
  readonly codec: ValueCodec | undefined
  readonly operationsFor: (tenantId?: string) => {
    retryJob(id: string): Promise<unknown>
    cancelJob(id: string): Promise<JobStatus>
  }
}

/** Creates the source of the inspector of one engine. */
export function createEngineSource({
  engine,
  clock,
  jobs,
  client,
  operationsFor,
  codec,
}: EngineSourceDependencies): InspectSource {
  const inspection = async (): Promise<JobInspection> => inspectionOf(await engine.use('inspect'))
  /** Lists jobs without decoding them. */
  const listStored: ListPage = async ({ errorGroup, ...query }) => {
    const own = await inspection()
    if (errorGroup === undefined || own.failures)
      return own.list({ ...query, ...(errorGroup !== undefined && { errorGroup }) })
    const { capabilities } = await engine.use('inspect')
    const { byState } = listFilters(capabilities)
    const { definitionId, states } = query
    const page = await own.list({
      ...query,
      ...(states === undefined && byState && { states: ['failed', 'retrying'] }),
    })
    return { ...page, jobs: page.jobs.filter((job) => isOfErrorGroup(job, errorGroup, definitionId)) }
  }
  const list: ListPage = async (query) => {
    refuseTexts(query, codec)
    const { searchedTo: told, ...stored } = await listStored(query)
    const page = await decodeForReader(stored, codec, shortened)
    const searchedTo = page.cursor === undefined ? undefined : (told ?? page.jobs.at(-1)?.createdAt)
    return { ...page, ...(searchedTo && { searchedTo }) }
  }

  return {
    engines: async (operation, isChange) => [await (isChange ? engine.useOpen(operation) : engine.use(operation))],
    async job(id, tenantId) {
      const provider = await engine.use('inspect.getJob')
      // No job has such an id, so the engine is not asked: it may replace characters.
      const job = textProblem(id) === undefined ? await inspectionOf(provider).job(id, tenantId) : undefined
      if (job && (tenantId === undefined || job.tenantId === tenantId)) return decodeForReader(job, codec)
      throw new JobNotFoundError({ jobId: id, provider: provider.name })
    },
    explain: async (job) => withPauses(withWaitReasons(job), await engine.use('inspect.getJob')),
    list,
    async count(filter, by) {
      refuseTexts(filter, codec)
      const own = await inspection()
      const canCount = own.count && (filter.errorGroup === undefined || own.failures)
      return canCount ? own.count!(filter, by) : countJobs(list, filter, by)
    },
    async failures(query) {
      const own = await inspection()
      if (own.failures) return { counts: await own.failures(query), isComplete: true }
      const { capabilities } = await engine.use('inspect')
      return readFailures(listStored, query, listFilters(capabilities))
    },
    async history(query) {
      const own = await inspection()
      if (own.history) return { ...(await own.history(query)), isComplete: true }
      const { capabilities } = await engine.use('inspect')
      return readHistory(listStored, query.definitionId, listFilters(capabilities))
    },
    async workers() {
      const provider = await engine.use('inspect.listWorkers')
      const { workers } = inspectionOf(provider)
      if (!workers) throw new TypeError(missing(provider, 'workers'))
      return workers.call(provider.inspection)
    },
    async definitions() {
      const provider = await engine.use('inspect.listDefinitions')
      const pauses = await pausesOf(provider)
      const nowMs = clock.now()
      const history = provider.inspection?.history
      return mapWithConcurrency(jobs.all(), async (definition) => {
        const pause = pauses.find(({ definitionId }) => definitionId === definition.id)
        const pausedSince = pause?.since
        const paused = pause !== undefined
        const described = { ...describeDefinition(definition, nowMs), paused, ...(pausedSince && { pausedSince }) }
        if (!history || definition.kind !== 'cron' || !definition.enabled) return described
        const { id: definitionId } = definition
        const missed = await missedTicks(definition, nowMs, (since) => history({ definitionId, since }))
        return { ...described, cron: { ...described.cron!, missedTicks: missed } }
      })
    },
    events: () => describeEvents(jobs),
    async runCronJob(id) {
      const provider = await engine.useOpen('inspect.runCronJob')
      const runner = {
        client: client(),
        engine: provider,
        nowMs: clock.now(),
        list,
        send: provider.send.bind(provider),
      }
      const definition = requireCronJob(jobs, id)
      engine.checkJobs(eventOf(definition))
      return runCronJob(definition, runner)
    },
    async watch(changed) {
      const own = await inspection()
      return own.watch?.(changed)
    },
    retry: async (id, tenantId) => operationsFor(tenantId).retryJob(id),
    cancel: async (id, tenantId) => operationsFor(tenantId).cancelJob(id),
    async erase(tenantId, until) {
      const provider = await engine.useOpen('erase')
      const { name, capabilities } = provider
      const { [eraseFeature]: support } = capabilities.features as Partial<Capabilities['features']>
      if (!support?.supported) {
        const note = support?.note ?? 'Its provider does not tell what it keeps.'
        return { erased: 0, left: 0, hasMore: false, kept: [`\`${name}\`: ${note}`] }
      }
      if (!provider.erase)
        throw new TypeError(`The provider \`${name}\` declares \`${eraseFeature}\` but has no \`erase\` method.`)
      return provider.erase(tenantId, until)
    },
  }
}

async function pausesOf(provider: JobProvider): Promise<readonly Pause[]> {
  const canPause = pauseFeatures.some((feature) => provider.capabilities.features[feature]?.supported)
  return (canPause && (await provider.pauses?.())) || []
}

/** Adds to the queued runs of a job that their tenant or definition is paused, where the engine has not told why they wait. */
async function withPauses(job: JobDetails, provider: JobProvider): Promise<JobDetails> {
  if (!job.runs.some(({ state, waiting }) => state === 'queued' && !waiting)) return job
  const pauses = await pausesOf(provider)
  const runs = job.runs.map((run) => {
    const pause = pauses.find((one) => one.tenantId === job.tenantId || one.definitionId === run.definitionId)
    return run.state === 'queued' && !run.waiting && pause
      ? { ...run, waiting: { kind: 'paused' as const, ...pause } }
      : run
  })
  return { ...job, runs }
}

/** Returns by what the jobs of an engine can be listed. */
function listFilters({ features }: Capabilities): { readonly byState: boolean; readonly byDefinition: boolean } {
  return {
    byState: features['inspect.listJobs by state'].supported,
    byDefinition: features['inspect.listJobs by definition'].supported,
  }
}

/** @throws {InvalidOptionError} for a search in texts that are encoded. */
function refuseTexts({ errorText, payloadText }: InspectFilter, codec: ValueCodec | undefined): void {
  if (!codec || (errorText ?? payloadText) === undefined) return
  const option = errorText === undefined ? 'payloadText' : 'errorText'
  const remedy = 'Filter by state and definition, and read the jobs.'
  throw new InvalidOptionError({ option, problem: 'cannot find texts that a `codec` encodes', remedy })
}

function inspectionOf(provider: JobProvider): JobInspection {
  if (!provider.inspection) throw new TypeError(missing(provider, 'inspection'))
  return provider.inspection
}

function missing({ name }: JobProvider, member: string): string {
  return `The provider \`${name}\` declares \`inspect\` but has no \`${member}\`.`
}
