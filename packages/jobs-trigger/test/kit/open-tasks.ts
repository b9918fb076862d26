import type { Definition, JobClient, JobHooks } from '@cgk-platform/jobs-core'
import { createClient, toJobRegistry } from '@cgk-platform/jobs-core/provider'
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
import { createFakeEngine, type FakeEngine } from './fake-engine.ts'
import type { FakeClock } from './fake-clock.ts'
import { type Answer, createFakeServer, testKey, testUrl } from './fake-server.ts'
import { createRecordedLogger, type RecordedLogger } from './recorded-logger.ts'

/** How the vendor's executor is to be asked for an attempt. */
export interface AttemptSetting {
  readonly attempt?: number
  readonly runId?: string
  readonly maxAttempts?: number
  /** What earlier attempts left in the run's metadata. */
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly signal?: AbortSignal
  /** When the attempt began by the server's clock, epoch milliseconds. Default: when it does by the worker's. */
  readonly startedAt?: number
  /** The version that was deployed. Default: none, as in development. */
  readonly version?: string
  /** The machine that it runs on. */
  readonly machine?: string
  /** The project's settings. */
  readonly retries?: { readonly enabledInDev?: boolean }
  /** Payloads travel as text; this one comes as the SDK reads it. */
  readonly payload: unknown
}

/** What came of an attempt, in the vendor's words. */
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
  /** The run's metadata as it stands in this process. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** What goes along with the attempt's end. */
  readonly queued: readonly unknown[]
}

/** Tasks as the vendor's worker has them, with the API that they use. */
export interface OpenTasks {
  readonly clock: FakeClock
  readonly logger: RecordedLogger
  readonly engine: FakeEngine
  readonly parts: HostDependencies
  task(id: string): Readonly<Record<string, unknown>>
  attempt(taskId: string, setting: AttemptSetting): Promise<AttemptResult>
}

/** What else tests set. */
export interface TasksSetting {
  readonly engine?: FakeEngine
  readonly answer?: Answer
  readonly hooks?: JobHooks
  readonly jobClient?: JobClient
  /** Logs through the SDK, as hosts do by themselves. */
  readonly isLoggedByRun?: boolean
}

const shared = Symbol.for('dev.trigger.ts.api')

/** Puts a worker's parts into this process, anew. */
export function openWorker(): void {
  delete (globalThis as { [shared]?: unknown })[shared]
  process.env['TRIGGER_SECRET_KEY'] = testKey
  process.env['TRIGGER_API_URL'] = testUrl
  resourceCatalog.setGlobalResourceCatalog(new StandardResourceCatalog())
  lifecycleHooks.setGlobalLifecycleHooksManager(new StandardLifecycleHooksManager())
  resourceCatalog.setCurrentFileContext('src/trigger/jobs.ts', 'src/trigger/jobs.ts')
}

/** Makes the tasks of definitions in a fresh worker. */
export async function openTasks(definitions: readonly Definition[], setting: TasksSetting = {}): Promise<OpenTasks> {
  const engine = setting.engine ?? createFakeEngine()
  const { clock, api } = await createFakeServer(setting.answer ?? engine.answer)
  openWorker()
  const metadata = new StandardMetadataManager(apiClientManager.clientOrThrow())
  runMetadata.setGlobalManager(metadata)
  const logger = createRecordedLogger()
  const jobs = toJobRegistry(definitions)
  const client =
    setting.jobClient ??
    createClient({ load: () => createTriggerProvider({}, { clock }) }, { jobs: definitions, logger, clock })
  const parts: HostDependencies = {
    jobs,
    api,
    reader: createJobReader({ api, clock, jobs: () => jobs }),
    clock: toWorkerClock(clock),
    logger: setting.isLoggedByRun ? createWorkerLogger() : logger,
    hooks: setting.hooks,
    middleware: undefined,
    client,
    random: () => 0.5,
    limits: triggerLimits,
  }
  toTriggerTasks(parts)
  resourceCatalog.clearCurrentFileContext()

  return {
    clock,
    logger,
    engine,
    parts,
    task(id) {
      const task = resourceCatalog.getTask(id)
      if (!task) throw new Error(`There is no task ${id}.`)
      return task as unknown as Record<string, unknown>
    },
    async attempt(taskId, asked) {
      const task = resourceCatalog.getTask(taskId)
      if (!task) throw new Error(`There is no task ${taskId}.`)
      const { attempt = 1, runId = 'run_1', maxAttempts, signal = new AbortController().signal, retries } = asked
      const { metadata: kept = {} } = asked
      const payload = await stringifyIO(asked.payload)
      const { startedAt = clock.now(), version, machine } = asked
      const place = { startedAt, version, machine }
      const execution = toExecution({ taskId, attempt, runId, maxAttempts, payload, kept, ...place })
      metadata.reset()
      metadata.runId = runId
      taskContext.setGlobalTaskContext({ ctx: execution as never, worker: { id: 'w', version: '1' } as never })
      const executor = new TaskExecutor(task, {
        tracer: new TriggerTracer({ name: 'test', version: '1' }),
        tracingSDK: undefined as never,
        consoleInterceptor: { intercept: (_: unknown, work: () => unknown) => work() } as never,
        ...(retries && { retries }),
      })
      const work = executor.execute(execution as never, execution as never, signal)
      const { result } = await clock.finish(work)
      const last = (await parsePacket(await metadata.stopAndReturnLastFlush())) as
        | { operations?: unknown[] }
        | undefined
      delete (globalThis as unknown as { [shared]: Record<string, unknown> })[shared]['task-context']
      return { ...toResult(result), metadata: metadata.current() ?? {}, queued: last?.operations ?? [] }
    },
  }
}

interface ExecutionSetting {
  readonly taskId: string
  readonly attempt: number
  readonly runId: string
  readonly maxAttempts: number | undefined
  readonly payload: Awaited<ReturnType<typeof stringifyIO>>
  readonly kept: Readonly<Record<string, unknown>>
  readonly startedAt: number
  readonly version: string | undefined
  readonly machine: string | undefined
}

function toExecution(setting: ExecutionSetting) {
  const { taskId, attempt, runId, maxAttempts, payload, kept, startedAt, version, machine } = setting
  return {
    task: { id: taskId, filePath: 'src/trigger/jobs.ts' },
    attempt: { number: attempt, startedAt: new Date(startedAt) },
    run: {
      id: runId,
      payload: payload.data,
      payloadType: payload.dataType,
      metadata: kept,
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
