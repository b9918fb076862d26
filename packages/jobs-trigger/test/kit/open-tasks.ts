import type { Definition, Instrumentation, JobClient, JobHooks } from '@cgk-platform/jobs-core'
import { toJobRegistry } from '@cgk-platform/jobs-core/hosted'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger, type RecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import {
  apiClientManager,
  lifecycleHooks,
  parsePacket,
  resourceCatalog,
  runMetadata,
  stringifyIO,
  taskContext,
} from '@trigger.dev/core/v3'
import { TriggerTracer } from '@trigger.dev/core/v3/tracer'
import {
  StandardLifecycleHooksManager,
  StandardMetadataManager,
  StandardResourceCatalog,
  TaskExecutor,
} from '@trigger.dev/core/v3/workers'

import { type HostDependencies, triggerLimits } from '../../src/host/host-dependencies.ts'
import { toTriggerTasks } from '../../src/host/to-trigger-tasks.ts'
import { toWorkerClock } from '../../src/host/worker-clock.ts'
import { createWorkerLogger } from '../../src/host/worker-logger.ts'
import { createJobReader } from '../../src/read/job-reader.ts'
import { createTriggerProvider } from '../../src/trigger-provider.ts'
import { createQuietEvents } from '../../src/workflows/quiet-events.ts'
import { createFakeEngine, type FakeEngine } from './fake-engine.ts'
import type { FakeClock } from './fake-clock.ts'
import { createFakeServer, type Respond, testKey, testUrl } from './fake-server.ts'

/** Settings of one attempt by the SDK's executor. */
export interface AttemptExecution {
  readonly attempt?: number
  readonly runId?: string
  readonly maxAttempts?: number
  /** The run's metadata from earlier attempts. */
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly signal?: AbortSignal
  /** Start of the attempt by the server's clock, in epoch milliseconds. Default: the start by the worker's clock. */
  readonly startedAt?: number
  /** The deployed version. Default: none, as in development. */
  readonly version?: string
  /** The machine preset of the run. */
  readonly machine?: string
  /** The project's settings. */
  readonly retries?: { readonly enabledInDev?: boolean }
  /** The payload as the SDK parses it. */
  readonly payload: unknown
}

/** The result of an attempt, as the SDK reports it. */
export interface AttemptResult {
  readonly ok: boolean
  readonly output?: unknown
  readonly error?: {
    readonly type: string
    readonly name?: string
    readonly message?: string
    readonly stackTrace?: string
  }
  readonly retry?: { readonly timestamp: number; readonly delay: number }
  readonly skippedRetrying?: boolean
  /** The run's current metadata in this process. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** The metadata operations that are sent with the end of the attempt. */
  readonly queued: readonly unknown[]
}

/** Tasks registered as in Trigger.dev's worker, with the API that they use. */
export interface OpenTasks {
  readonly clock: FakeClock
  readonly logger: RecordedLogger
  readonly engine: FakeEngine
  readonly dependencies: HostDependencies
  task(id: string): Readonly<Record<string, unknown>>
  attempt(taskId: string, setting: AttemptExecution): Promise<AttemptResult>
}

/** Optional settings of `openTasks`. */
export interface TasksOptions {
  readonly engine?: FakeEngine
  readonly respond?: Respond
  readonly hooks?: JobHooks
  readonly instrument?: Instrumentation
  readonly jobClient?: JobClient
  /** Encodes and decodes what attempts store and read. Default: nothing does. */
  readonly codec?: HostDependencies['codec']
  /** Logs through the SDK, as hosts do by default. */
  readonly isLoggedByRun?: boolean
}

const shared = Symbol.for('dev.trigger.ts.api')

/** Resets the SDK's global state of a worker in this process. */
export function openWorker(): void {
  delete (globalThis as { [shared]?: unknown })[shared]
  process.env['TRIGGER_SECRET_KEY'] = testKey
  process.env['TRIGGER_API_URL'] = testUrl
  resourceCatalog.setGlobalResourceCatalog(new StandardResourceCatalog())
  lifecycleHooks.setGlobalLifecycleHooksManager(new StandardLifecycleHooksManager())
  resourceCatalog.setCurrentFileContext('src/trigger/jobs.ts', 'src/trigger/jobs.ts')
}

/** Creates the tasks of definitions in a new worker. */
export async function openTasks(definitions: readonly Definition[], options: TasksOptions = {}): Promise<OpenTasks> {
  const engine = options.engine ?? createFakeEngine()
  const { clock, api } = await createFakeServer(options.respond ?? engine.respond)
  openWorker()
  const metadata = new StandardMetadataManager(apiClientManager.clientOrThrow())
  runMetadata.setGlobalManager(metadata)
  const logger = createRecordedLogger()
  const jobs = toJobRegistry(definitions)
  const { instrument } = options
  const client =
    options.jobClient ??
    createClient({ load: () => createTriggerProvider({}, { clock }) }, { jobs: definitions, logger, clock, instrument })
  const dependencies: HostDependencies = {
    jobs,
    api,
    reader: createJobReader({ api, clock, jobs: () => jobs }),
    clock: toWorkerClock(clock),
    logger: options.isLoggedByRun ? createWorkerLogger() : logger,
    hooks: options.hooks,
    middleware: undefined,
    instrument,
    returnedErrors: undefined,
    codec: options.codec,
    client,
    random: () => 0.5,
    limits: triggerLimits,
    quietEvents: createQuietEvents(clock),
  }
  toTriggerTasks(dependencies)
  resourceCatalog.clearCurrentFileContext()

  return {
    clock,
    logger,
    engine,
    dependencies,
    task(id) {
      const task = resourceCatalog.getTask(id)
      if (!task) throw new Error(`There is no task ${id}.`)
      return task as unknown as Record<string, unknown>
    },
    async attempt(taskId, execution) {
      const task = resourceCatalog.getTask(taskId)
      if (!task) throw new Error(`There is no task ${taskId}.`)
      const { attempt = 1, runId = 'run_1', maxAttempts, signal = new AbortController().signal, retries } = execution
      const { metadata: stored = {}, startedAt = clock.now(), version, machine } = execution
      const payload = await stringifyIO(execution.payload)
      const settings = { taskId, attempt, runId, maxAttempts, payload, stored, startedAt, version, machine }
      const sdkExecution = toSdkExecution(settings)
      metadata.reset()
      metadata.runId = runId
      taskContext.setGlobalTaskContext({ ctx: sdkExecution as never, worker: { id: 'w', version: '1' } as never })
      const executor = new TaskExecutor(task, {
        tracer: new TriggerTracer({ name: 'test', version: '1' }),
        tracingSDK: undefined as never,
        consoleInterceptor: { intercept: (_: unknown, work: () => unknown) => work() } as never,
        ...(retries && { retries }),
      })
      const work = executor.execute(sdkExecution as never, sdkExecution as never, signal)
      const { result } = await clock.finish(work)
      const last = (await parsePacket(await metadata.stopAndReturnLastFlush())) as
        | { operations?: unknown[] }
        | undefined
      delete (globalThis as unknown as { [shared]: Record<string, unknown> })[shared]['task-context']
      return { ...toResult(result), metadata: metadata.current() ?? {}, queued: last?.operations ?? [] }
    },
  }
}

interface ExecutionSettings {
  readonly taskId: string
  readonly attempt: number
  readonly runId: string
  readonly maxAttempts: number | undefined
  readonly payload: Awaited<ReturnType<typeof stringifyIO>>
  readonly stored: Readonly<Record<string, unknown>>
  readonly startedAt: number
  readonly version: string | undefined
  readonly machine: string | undefined
}

function toSdkExecution(settings: ExecutionSettings) {
  const { taskId, attempt, runId, maxAttempts, payload, stored, startedAt, version, machine } = settings
  return {
    task: { id: taskId, filePath: 'src/trigger/jobs.ts' },
    attempt: { number: attempt, startedAt: new Date(startedAt) },
    run: {
      id: runId,
      payload: payload.data,
      payloadType: payload.dataType,
      metadata: stored,
      tags: [],
      isTest: false,
      createdAt: new Date(5000),
      startedAt: new Date(5000),
      version: version ?? '20260301.1',
      ...(maxAttempts !== undefined && { maxAttempts }),
    },
    ...(machine !== undefined && { machine: { name: machine } }),
    queue: { id: 'queue', name: 'queue' },
    environment: { id: 'env', slug: 'env', type: version === undefined ? 'DEVELOPMENT' : 'PRODUCTION' },
    organization: { id: 'org', slug: 'org', name: 'org' },
    project: { id: 'project', ref: 'proj', slug: 'project', name: 'project' },
  }
}

function toResult(result: unknown): Omit<AttemptResult, 'metadata' | 'queued'> {
  const { ok, output, outputType, ...rest } = result as { ok: boolean; output?: string; outputType?: string }
  if (!ok || output === undefined) return { ok, ...rest }
  const value: unknown = outputType === 'text/plain' ? output : (JSON.parse(output) as { json: unknown }).json
  return { ok, ...rest, output: value }
}
