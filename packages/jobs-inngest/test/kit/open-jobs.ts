import type { Definition, JobClient, JobHooks } from '@cgk-platform/jobs-core'
import { type Clock, createClient } from '@cgk-platform/jobs-core/provider'
import { Inngest, type InngestFunction } from 'inngest'
import { onTestFinished } from 'vitest'

import { createInngestFunctions } from '../../src/host/create-inngest-functions.ts'
import { createInngestProvider } from '../../src/inngest-provider.ts'
import {
  createLoopbackEngine,
  createScaledClock,
  type LoopbackEngine,
  type LoopbackOptions,
} from '../loopback/index.ts'
import { quietLogger } from './quiet-logger.ts'
import { createRecordedLogger, type RecordedLogger } from './recorded-logger.ts'
import { eventKey, signingKey } from './secrets.ts'
import { serveApp, type ServedApp } from './serve-app.ts'
import { createSkewedClock } from './skewed-clock.ts'
import './work.ts'

type SdkOptions = ConstructorParameters<typeof Inngest>[0]
/** One that is undefined takes the kit's own away. */
type SdkSettings = { readonly [Name in keyof SdkOptions]?: SdkOptions[Name] | undefined }

/** How an app that hosts jobs is set up. */
export interface AppOptions {
  readonly jobs?: readonly Definition[]
  readonly appId?: string
  /** Functions made by hand, beside those of the jobs. */
  readonly functions?: readonly InngestFunction.Any[]
  /** Replaces settings of the Inngest client, of the app and of the sender alike. */
  readonly sdk?: SdkSettings
  readonly hooks?: JobHooks
  /** How far the clock of the app and of the sender is ahead of the engine's. */
  readonly aheadMs?: number
  /** Whether the engine knows the app from the start. Default true. */
  readonly synced?: boolean
  /** Where it is served, as the next version of an app that was closed is. Default: a free one. */
  readonly port?: number
}

/** A client that sends and reads, and the app that runs its jobs. */
export interface OpenApp {
  readonly client: JobClient
  readonly inngest: Inngest.Any
  readonly app: ServedApp
  /** The app's clock. */
  readonly clock: Clock
  /** What the client and the host logged. */
  readonly logger: RecordedLogger
}

/** An engine with an app on it; the end of the test closes both. */
export interface OpenJobs extends OpenApp {
  readonly engine: LoopbackEngine
  /** The engine's clock. */
  readonly engineClock: Clock
  /** Another app on the same engine. */
  openApp(options?: AppOptions): Promise<OpenApp>
  /** By the engine's clock. */
  pause(ms: number): Promise<void>
  /** Waits until something holds. */
  until(holds: () => boolean | Promise<boolean>): Promise<void>
}

/** How an engine and its first app are set up. */
export interface OpenJobsOptions extends AppOptions {
  /** Default: with keys, as the cloud has them. */
  readonly engine?: LoopbackOptions
  /** How many times as fast as the machine's its clock runs. Default 20. */
  readonly factor?: number
  /** When its clock begins, epoch milliseconds. Default: now. */
  readonly startAt?: number
}

/** The provider and the real SDK on an engine of its own. */
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
  const { jobs = [], appId = 'jobs', functions: own = [], sdk, hooks, aheadMs = 0, synced = true, port } = options
  const clock = createSkewedClock(engineClock, aheadMs)
  const logger = createRecordedLogger()
  const settings = { baseUrl: engine.url, isDev: false, eventKey, signingKey, logger: quietLogger, ...sdk }
  const connect = (): Inngest.Any => new Inngest({ ...(settings as SdkOptions), id: appId })
  const client = createClient(
    { load: () => createInngestProvider({ client: connect() }, { clock }) },
    { jobs, logger, clock, hooks },
  )
  const inngest = connect()
  const functions = createInngestFunctions(
    { client: inngest, jobs, logger, hooks, jobClient: client },
    { clock, random: () => 0 },
  )
  const app = await serveApp(inngest, [...functions, ...own], port)
  onTestFinished(() => app.close())
  if (synced) await engine.sync(app.url)
  return { client, inngest, app, clock, logger }
}
