import {
  type AttemptMiddleware,
  createDefaultLogger,
  type Definition,
  type JobClient,
  type JobHooks,
  type LoggerLike,
} from '@cgk-platform/jobs-core'
import {
  ambientJobs,
  bindLogger,
  type Clock,
  createClient,
  declareOptions,
  hooksOption,
  loggerOption,
  middlewareOption,
  systemClock,
  toJobRegistry,
  value,
} from '@cgk-platform/jobs-core/provider'
import type { Inngest, InngestFunction } from 'inngest'

import { createEngineApi } from '../api/engine-api.ts'
import { checkMode, clientOption } from '../inngest-config.ts'
import { createInngestProvider } from '../inngest-provider.ts'
import { toInngestFunctions } from './to-inngest-functions.ts'

/** What hosts jobs on Inngest. */
export interface InngestHostOptions {
  /** The Inngest client that is served. */
  client: Inngest.Any
  /** The jobs to run. Default: those that registered themselves by being defined so far. */
  jobs?: readonly Definition[] | undefined
  /** pino, the console, or anything like them. Default: readable lines on a terminal, JSON elsewhere. */
  logger?: LoggerLike | undefined
  /** Told of every attempt. Default: none. */
  hooks?: JobHooks | undefined
  /** Wraps the code of every attempt; the first is the outermost. Default: none. */
  middleware?: readonly AttemptMiddleware[] | undefined
  /** What the handlers' own sends go through. Default: a client on the same Inngest. */
  jobClient?: JobClient | undefined
}

/** What tests set besides. */
export interface InngestHostInternals {
  /** Default: the machine's clock. */
  clock?: Clock | undefined
  /** From 0 up to 1, for jitter. Default `Math.random`. */
  random?: (() => number) | undefined
}

const hostOptions = declareOptions<InngestHostOptions>('`createInngestFunctions`', {
  client: { ...clientOption, required: "Give the client that you serve: `new Inngest({ id: 'my-app' })`." },
  jobs: value(),
  logger: loggerOption,
  hooks: hooksOption,
  middleware: middlewareOption,
  jobClient: value(),
})

/**
 * The jobs as Inngest functions, for `serve({ client, functions })` of any of the SDK's adapters, or for
 * `connect({ apps: [{ client, functions }] })`. A cron job becomes two: one that its ticks call, and one for its runs.
 *
 * @throws {InvalidOptionError} for an option that cannot be used.
 * @throws {InvalidDefinitionError} when two functions would have the same id.
 * @throws {UnsupportedFeatureError} for a definition that asks for what Inngest cannot do.
 */
export function createInngestFunctions(
  options: InngestHostOptions,
  internals: InngestHostInternals = {},
): InngestFunction.Any[] {
  const checked = hostOptions.read(options)
  const { client, logger = createDefaultLogger(), hooks, middleware } = checked
  const { clock = systemClock, random = Math.random } = internals
  checkMode(client)
  const jobs = checked.jobs ? toJobRegistry(checked.jobs) : ambientJobs()
  const api = createEngineApi({ client }, clock)
  const definitions = jobs.all()
  if (definitions.length === 0) {
    const message = 'No job is defined, so Inngest gets no function. Import the modules that define jobs before.'
    bindLogger(logger, {}).warn(message)
  }
  const own = (): JobClient =>
    createClient(
      { load: () => createInngestProvider({ client }, { clock }) },
      { jobs: definitions, logger, hooks, clock },
    )
  const { jobClient = own() } = checked
  return toInngestFunctions({ client, api, definitions, logger, hooks, middleware, jobClient, clock, random })
}
