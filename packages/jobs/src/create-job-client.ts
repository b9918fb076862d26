import type { ClientOptions, Duration, JobClient, JobProvider } from '@cgk-platform/jobs-core'
import { checkProviderName, chooseProvider, createClient, createReadyClient } from '@cgk-platform/jobs-core/provider'

import { type AnyConfig, loadProvider } from './load-provider.ts'

/** Where Trigger.dev is and who asks. What is left out is read from the `TRIGGER_*` variables, as its SDK does. */
export interface TriggerConfig {
  /** The secret key of one environment. Default: `TRIGGER_SECRET_KEY`. */
  apiKey?: string | undefined
  /** A server of your own. Default: `TRIGGER_API_URL`, otherwise Trigger.dev's cloud. */
  apiUrl?: string | undefined
  /** The branch of a preview environment. Default: `TRIGGER_PREVIEW_BRANCH`. */
  previewBranch?: string | undefined
  /** The deployed version whose tasks run what is sent. Default: `TRIGGER_VERSION`, otherwise the current one. */
  version?: string | undefined
}

/** Where Inngest is and who asks. What is left out is read from the `INNGEST_*` variables, as its SDK does. */
export interface InngestConfig {
  /** Who sends. Default: `INNGEST_EVENT_KEY`. */
  eventKey?: string | undefined
  /** Who reads, cancels and retries. Default: `INNGEST_SIGNING_KEY`. */
  signingKey?: string | undefined
  /** A server of your own. Default: `INNGEST_BASE_URL`, the dev server with `INNGEST_DEV`, otherwise Inngest's cloud. */
  baseUrl?: string | undefined
  /** The server that is read from, where it is another. Default: `INNGEST_API_BASE_URL`, or `baseUrl`. */
  apiBaseUrl?: string | undefined
  /** The id of the Inngest app that hosts the jobs. Default `jobs`. */
  appId?: string | undefined
  /** True for the dev server, which asks for no keys. Default: whether `INNGEST_DEV` is set. */
  isDev?: boolean | undefined
  /** A ready Inngest client, instead of the settings above. */
  client?: { readonly id: string } | undefined
}

/** How the local engine is set up. */
export interface LocalEngineConfig {
  /** The most attempts under way at once. Default 100. */
  concurrency?: number | undefined
  /** How many ended jobs are kept for reading, and for how long. Default 10,000 and `'24h'`. */
  retention?: { count?: number | undefined; age?: number | Duration | undefined } | undefined
  /** In memory, or in a file that outlives this process. Default `'sqlite'` where a path is known, otherwise `'memory'`. */
  store?: 'memory' | 'sqlite' | undefined
  /** The file; any number of processes of the machine share it. Default: `JOB_LOCAL_PATH`. */
  path?: string | undefined
  /** What this process does with the jobs of the file. Default `'both'`. */
  role?: 'send' | 'work' | 'both' | undefined
  /** How long nothing may be heard of a worker before others take its runs over. Default `'60s'`. */
  lease?: number | Duration | undefined
}

/** Which engine, and how it is reached. Left out, the environment chooses: `JOB_PROVIDER`, or the key that is set. */
export type ProviderChoice =
  | { provider: 'trigger.dev'; config?: TriggerConfig | undefined }
  | { provider: 'inngest'; config?: InngestConfig | undefined }
  | { provider: 'local'; config?: LocalEngineConfig | undefined }
  | { provider: JobProvider; config?: undefined }
  | { provider?: undefined; config?: undefined }

/** What `createJobClient` takes. */
export type JobClientOptions = Omit<ClientOptions, 'clock'> & ProviderChoice

/**
 * A client on the engine of your choice. The provider's package is loaded on first use, so an app on one engine never
 * evaluates another's SDK.
 *
 * @throws {ProviderNotChosenError} for an unknown name, or when neither the options nor the environment choose.
 * @throws {InvalidOptionError} for a wrong option, or a `config` beside a ready provider.
 */
export function createJobClient(options: JobClientOptions = {}): JobClient {
  const { provider, config, ...rest } = options
  if (typeof provider === 'object') return createReadyClient(provider, config, rest)
  const name = provider === undefined ? chooseProvider() : checkProviderName(provider, '`provider`')
  const load = () => loadProvider(name, (config ?? {}) as AnyConfig)
  return createClient({ load, runsHere: name === 'local' }, rest)
}
