import {
  declareOptions,
  type HostTestOptions,
  type HostOptions,
  hostOptions,
  prepareHost,
} from '@cgk-platform/jobs-core/provider'
import type { Inngest, InngestFunction } from 'inngest'

import { createEngineApi } from '../api/engine-api.ts'
import { checkMode, clientOption } from '../inngest-config.ts'
import { createInngestProvider } from '../inngest-provider.ts'
import { inngestLimits } from './host-dependencies.ts'
import { toInngestFunctions } from './to-inngest-functions.ts'

/** What hosts jobs on Inngest. */
export interface InngestHostOptions extends HostOptions {
  /** The Inngest client that is served. */
  client: Inngest.Any
}

/** What tests set besides. */
export interface InngestHostInternals extends HostTestOptions {}

const declared = declareOptions<InngestHostOptions>('`createInngestFunctions`', {
  client: {
    ...clientOption,
    required: "Pass the client that you serve, created with `new Inngest({ id: 'my-app' })`.",
  },
  ...hostOptions,
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
  const checked = declared.read(options)
  const { client } = checked
  checkMode(client)
  const { definitions, dependencies } = prepareHost(checked, {
    ...internals,
    noJobsConsequence: 'so Inngest gets no function',
    limits: inngestLimits,
    load: () => createInngestProvider({ client }, { clock: internals.clock }),
  })
  return toInngestFunctions({
    ...dependencies,
    inngest: client,
    api: createEngineApi({ client }, dependencies.clock),
    definitions,
  })
}
