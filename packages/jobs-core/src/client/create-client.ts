import { toErrorInfo } from '../errors/error-info.ts'
import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import { tenantProblem } from '../events/tenant.ts'
import { createEngineSource } from '../inspection/create-engine-source.ts'
import { createInspector } from '../inspection/create-inspector.ts'
import { ValueCodec } from '../codec/value-codec.ts'
import { linkToEvents } from '../ambient/default-sender.ts'
import { registryOfSet, processJobs, toJobRegistry } from '../jobs/job-registry.ts'
import { createDefaultLogger } from '../logging/default-logger.ts'
import type { Health } from '../provider/health.ts'
import type { JobProvider } from '../provider/job-provider.ts'
import { systemClock } from '../time/system-clock.ts'
import { addInProcessClient, recordClientJobs, removeInProcessClient } from './auto-start-cron.ts'
import { setInternals } from './client-internals.ts'
import { type ClientOptions, clientOptions } from './client-options.ts'
import { closeOptions, type JobClient, type TenantClient } from './job-client.ts'
import { createJobOperations } from './job-operations.ts'
import { createJobQueries } from './job-queries.ts'
import { createLazyEngine, type LazyEngine } from '../provider/lazy-engine.ts'
import { createPauseOperations } from './pause-operations.ts'
import { createSender, type Sender } from './sender.ts'
import { createTokenOperations } from './signal-by-token.ts'
import type { SignalDependencies } from './signal-job.ts'
import { createTenantClient } from './tenant-client.ts'

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
  const { hooks, middleware, instrument, returnedErrors, maxPayloadBytes, maxWaiting } = checked
  const { logger = createDefaultLogger({ fields: () => instrument?.logFields?.() }) } = checked
  const jobs = checked.jobs ? toJobRegistry(checked.jobs) : processJobs()
  const codec = checked.codec && new ValueCodec(checked.codec)
  const own = { jobs, logger, hooks, middleware, instrument, returnedErrors, codec, maxWaiting }
  const engine = createLazyEngine(load, () => ({ ...own, client }))
  let runsHandlers = runsInProcess
  const senderDependencies = { engine, clock, hooks, instrument, logger, jobs, maxPayloadBytes, codec }
  const sender = createSender(senderDependencies)

  const signals: SignalDependencies = {
    jobs,
    sender: (signalSchema) => createSender({ ...senderDependencies, waitsOnly: true, signalSchema }, true),
  }
  const operationsFor = createJobOperations({ engine, clock, instrument, logger, signals, codec })
  const queries = { ...createJobQueries(engine, operationsFor, codec), ...createPauseOperations(engine, jobs) }
  const source = createEngineSource({ engine, clock, jobs, client: () => client, operationsFor, codec })
  const inspectors = createInspector(source, { clock, logger })

  const clientOf = (tenantId: string, tenantSender: Sender): TenantClient =>
    createTenantClient(tenantId, tenantSender, {
      ...operationsFor(tenantId),
      ...queries,
      inspect: inspectors.forTenant(tenantId),
      ...inspectors.dataOf(tenantId),
    })

  const client: JobClient = {
    sendJob: sender.send,
    sendEvent: sender.send,
    scheduleJob: sender.schedule,
    sendJobs: sender.sendMany,
    ...operationsFor(),
    ...queries,
    ...createTokenOperations(() => client, jobs, clock),
    inspect: inspectors.inspect,
    forTenant(tenantId) {
      checkTenantId(tenantId)
      return clientOf(tenantId, sender)
    },
    forSystem: () => clientOf(systemTenantId, createSender(senderDependencies, true)),
    healthCheck: async () => withJobsCheck(await (await engine.use('healthCheck')).health(), engine),
    capabilities: async () => (await engine.use('capabilities')).capabilities,
    async start() {
      const provider = await engine.useOpen('start')
      engine.checkJobs()
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
    codec,
    watchJobs: source.watch,
    failures: source.failures,
    history: source.history,
    erase: source.erase,
    definitions: jobs.all,
    runsHandlers: () => runsHandlers,
    sendForWaits: (items, isSystem) =>
      createSender(
        { ...senderDependencies, hooks: undefined, instrument: undefined, waitsOnly: true },
        isSystem,
      ).sendMany(items),
  })
  linkToEvents(client, jobs.events)
  recordClientJobs(checked.jobs)
  if (runsInProcess && !registryOfSet(checked.jobs) && (!checked.jobs || jobs.cronJobs().length > 0))
    addInProcessClient(client)
  return client
}

/** Adds what the engine does not support of the client's definitions. */
function withJobsCheck(health: Health, engine: LazyEngine): Health {
  try {
    engine.checkJobs()
    return health
  } catch (error) {
    const check = { name: 'definitions', ok: false, message: toErrorInfo(error).message }
    return { ...health, ok: false, checks: [...health.checks, check] }
  }
}

function checkTenantId(tenantId: unknown): void {
  const problem = tenantProblem(tenantId)
  if (!problem) return
  const remedy =
    tenantId === systemTenantId
      ? 'For the platform, use `client.forSystem()`.'
      : 'Pass the id of the tenant, a non-empty string.'
  throw new InvalidOptionError({ option: 'tenantId', problem, remedy })
}
