import type { Duration } from '@cgk-platform/jobs-core'
import { type HostTestOptions, type HostOptions, hostOptions, prepareHost } from '@cgk-platform/jobs-core/hosted'
import { declareOptions, duration } from '@cgk-platform/jobs-core/provider'
import type { Inngest, InngestFunction } from 'inngest'

import { createEngineApi } from '../api/engine-api.ts'
import { checkMode, clientOption } from '../inngest-config.ts'
import { createInngestProvider } from '../inngest-provider.ts'
import { createPostEvents } from '../send/post-events.ts'
import { inngestLimits } from './host-dependencies.ts'
import { findStepError } from './steps/find-step-error.ts'
import { toInngestFunctions } from './to-inngest-functions.ts'

/** Options of `createInngestFunctions`. */
export interface InngestHostOptions extends HostOptions {
  /** The Inngest client that you pass to `serve` or `connect`. */
  client: Inngest.Any
  /** Maximum wait of a rate-limited request before it fails. Default `'60s'`. */
  maxRateLimitWait?: number | Duration | undefined
}

/** Options for tests. */
export interface InngestHostInternals extends HostTestOptions {}

const declared = declareOptions<InngestHostOptions>('`createInngestFunctions`', {
  client: {
    ...clientOption,
    required: "Pass the client that you serve, created with `new Inngest({ id: 'my-app' })`.",
  },
  maxRateLimitWait: duration(),
  ...hostOptions,
})

/**
 * Creates Inngest functions from your jobs. Pass them to `serve({ client, functions })` of an SDK adapter, or to
 * `connect({ apps: [{ client, functions }] })`. A cron job becomes two functions: one for its ticks and one for its
 * runs. Another function, `jobs-retry`, decides which of several simultaneous retries runs, so call this once per app.
 *
 * @throws {InvalidOptionError} for an invalid option.
 * @throws {InvalidDefinitionError} if two functions would have the same id.
 * @throws {UnsupportedFeatureError} for a definition with a feature that Inngest does not support.
 */
export function createInngestFunctions(
  options: InngestHostOptions,
  internals: InngestHostInternals = {},
): InngestFunction.Any[] {
  const checked = declared.read(options)
  const { client, maxRateLimitWaitMs } = checked
  const connection = { client, maxRateLimitWaitMs }
  checkMode(client)
  const host = prepareHost(checked, {
    ...internals,
    noJobsConsequence: 'so Inngest gets no function',
    limits: inngestLimits,
    findStepError,
    load: () => createInngestProvider({ client, maxRateLimitWait: maxRateLimitWaitMs }, { clock: internals.clock }),
  })
  return toInngestFunctions({
    ...host,
    inngest: client,
    api: createEngineApi(connection, host.clock),
    postEvents: createPostEvents(connection, host.clock),
  })
}
