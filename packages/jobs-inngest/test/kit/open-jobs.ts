import type { Definition, JobClient, JobCodec, JobHooks } from '@cgk-platform/jobs-core'
import { type Clock, createClient } from '@cgk-platform/jobs-core/provider'
import {
  createLoopbackEngine,
  createScaledClock,
  type LoopbackEngine,
  type LoopbackOptions,
  quietLogger,
  type ScaledClock,
  serveApp,
  type ServedApp,
} from '@cgk-platform/inngest-loopback'
import { createRecordedLogger, type RecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import { Inngest, type InngestFunction } from 'inngest'
import { onTestFinished } from 'vitest'

import { createInngestFunctions } from '../../src/host/create-inngest-functions.ts'
import { createInngestProvider } from '../../src/inngest-provider.ts'
import { eventKey, signingKey } from './secrets.ts'
import { createSkewedClock } from './skewed-clock.ts'

type SdkOptions = ConstructorParameters<typeof Inngest>[0]
/** A setting that is undefined removes the kit's default. */
type SdkSettings = { readonly [Name in keyof SdkOptions]?: SdkOptions[Name] | undefined }

/** Options of an app that hosts jobs. */
export interface AppOptions {
  readonly jobs?: readonly Definition[]
  readonly appId?: string
  /** Additional functions created with the SDK. */
  readonly functions?: readonly InngestFunction.Any[]
  /** Replaces settings of the Inngest clients of app and sender. */
  readonly sdk?: SdkSettings
  readonly hooks?: JobHooks
  readonly codec?: JobCodec
  /** Offset of the clock of app and sender from the engine's, milliseconds. */
  readonly aheadMs?: number
  /** Whether the app is synced at the start. Default true. */
  readonly synced?: boolean
  /** The port, for a new version of a closed app. Default: a free one. */
  readonly port?: number
}

/** A client that sends and reads, and the app that runs its jobs. */
export interface OpenApp {
  readonly client: JobClient
  readonly inngest: Inngest.Any
  readonly app: ServedApp
  /** The app's clock. */
  readonly clock: Clock
  /** Log lines of client and host. */
  readonly logger: RecordedLogger
}

/** An engine with an app. The end of the test closes both. */
export interface OpenJobs extends OpenApp {
  readonly engine: LoopbackEngine
  /** The engine's clock. */
  readonly engineClock: ScaledClock
  /** Opens another app on the same engine. */
  openApp(options?: AppOptions): Promise<OpenApp>
  /** Waits, by the engine's clock. */
  pause(ms: number): Promise<void>
  /** Waits until a condition holds. */
  until(holds: () => boolean | Promise<boolean>): Promise<void>
}

/** Options of an engine and its first app. */
export interface OpenJobsOptions extends AppOptions {
  /** Whether keys are needed, as in the cloud. Default true. */
  readonly engine?: LoopbackOptions
  /** Speed of the engine's clock relative to the system clock. Default 20. */
  readonly factor?: number
  /** The start time of the engine's clock, epoch milliseconds. Default: now. */
  readonly startAt?: number
}

/** Opens the provider and the real SDK on a separate engine. */
export async function openJobs({ engine: engineOptions, factor = 20, startAt, ...appOptions }: OpenJobsOptions = {}) {
  const engineClock = createScaledClock(factor, startAt)
  const engine = await createLoopbackEngine({ clock: engineClock, eventKey, signingKey, ...engineOptions })
  onTestFinished(() => engine.close())
  const openOn = (options: AppOptions = {}) => openApp(engine, engineClock, options)
  const pause = (ms: number) => new Promise<void>((resolve) => void engineClock.setTimer(ms, resolve))
  const opened: OpenJobs = {
    ...(await openOn(appOptions)),
    engine,
    engineClock,
    openApp: openOn,
    pause,
    async until(holds) {
      while (!(await holds())) await pause(50)
    },
  }
  return opened
}

async function openApp(engine: LoopbackEngine, engineClock: Clock, options: AppOptions): Promise<OpenApp> {
  const {
    jobs = [],
    appId = 'jobs',
    functions: own = [],
    sdk,
    hooks,
    codec,
    aheadMs = 0,
    synced = true,
    port,
  } = options
  const clock = createSkewedClock(engineClock, aheadMs)
  const logger = createRecordedLogger()
  const settings = { baseUrl: engine.url, isDev: false, eventKey, signingKey, logger: quietLogger, ...sdk }
  const connect = (): Inngest.Any => new Inngest({ ...(settings as SdkOptions), id: appId })
  const client = createClient(
    { load: () => createInngestProvider({ client: connect() }, { clock }) },
    { jobs, logger, clock, hooks, codec },
  )
  const inngest = connect()
  const functions = createInngestFunctions(
    { client: inngest, jobs, logger, hooks, codec, jobClient: client },
    { clock, random: () => 0 },
  )
  const app = await serveApp(inngest, [...functions, ...own], port)
  onTestFinished(() => app.close())
  if (synced) await engine.sync(app.url)
  return { client, inngest, app, clock, logger }
}
