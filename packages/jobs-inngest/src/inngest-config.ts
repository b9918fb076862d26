import type { Duration, LoggerLike } from '@cgk-platform/jobs-core'
import { ProviderNotInstalledError } from '@cgk-platform/jobs-core/errors'
import { type CreateOptionError, type OptionRules, url } from '@cgk-platform/jobs-core/hosted'
import {
  declareOptions,
  boolean,
  duration,
  integer,
  invalidOption,
  type Option,
  string,
  toErrorInfo,
  custom,
} from '@cgk-platform/jobs-core/provider'
import type * as Sdk from 'inngest'
import type { Inngest } from 'inngest'

import { createSdkLoggers } from './sdk-logger.ts'

/** The connection to Inngest. Omitted settings come from the `INNGEST_*` variables, as in the SDK. */
export interface InngestConfig {
  /** The event key, used to send events. Default: `INNGEST_EVENT_KEY`. */
  eventKey?: string | undefined
  /**
   * The signing key, used to read, cancel and retry jobs. Default: `INNGEST_SIGNING_KEY`, and
   * `INNGEST_SIGNING_KEY_FALLBACK` during key rotation.
   */
  signingKey?: string | undefined
  /**
   * URL of a self-hosted server. Default: `INNGEST_BASE_URL`; otherwise the dev server, if `INNGEST_DEV` is set, or else
   * Inngest's cloud.
   */
  baseUrl?: string | undefined
  /** URL of the server for reads, if different. Default: `INNGEST_API_BASE_URL`, or `baseUrl`. */
  apiBaseUrl?: string | undefined
  /** Id of the Inngest app that serves the jobs. Default `jobs`. */
  appId?: string | undefined
  /** True for the dev server, which needs no keys. Default: true if `INNGEST_DEV` is set to anything but `0` or `false`. */
  isDev?: boolean | undefined
  /** Your own Inngest client. Cannot be combined with the settings above, except `apiBaseUrl`. */
  client?: Inngest.Any | undefined
  /**
   * Maximum number of attempts running at once in a process that calls `client.start()`. Default:
   * `INNGEST_CONNECT_MAX_WORKER_CONCURRENCY`, otherwise 100.
   */
  concurrency?: number | undefined
  /** Maximum wait of a rate-limited request before it fails. Default `'60s'`. */
  maxRateLimitWait?: number | Duration | undefined
  /**
   * Time for which your plan or your own server stores events. A longer `idempotencyTtl` is refused. Default `'24h'`,
   * as on the smallest plan.
   */
  eventHistory?: number | Duration | undefined
}

/** An Inngest client, and the URL of the server for reads. */
export interface InngestConnection {
  readonly client: Inngest.Any
  /** If omitted, the client's own URL at the time of each request: some platforms set the environment late. */
  readonly apiBaseUrl?: string | undefined
  /** Maximum attempts of a worker at once. Default: the SDK's variable, otherwise 100. */
  readonly concurrency?: number | undefined
  /** Default: one minute. */
  readonly maxRateLimitWaitMs?: number | undefined
}

const dayMs = 86_400_000
const address = { remedy: 'Set a URL such as `http://localhost:8288`.' }
const clientRemedy = "Pass a client created with `new Inngest({ id: 'my-app' })`."

/**
 * The option for an Inngest client. Checks members, not the class: an app can load the SDK as an ES module and as
 * CommonJS.
 */
export const clientOption: Option<Inngest.Any, Inngest.Any> = custom((client: unknown, name, createError) => {
  const { id, createFunction } = (client ?? {}) as Partial<Inngest.Any>
  if (typeof id === 'string' && typeof createFunction === 'function') return client as Inngest.Any
  throw createError(name, 'is not an Inngest client', clientRemedy)
})

const options = declareOptions<InngestConfig>('Inngest', {
  eventKey: key({ excludes: 'client' }),
  signingKey: key({ excludes: 'client' }),
  baseUrl: url({ ...address, excludes: 'client' }),
  apiBaseUrl: url(address),
  appId: string({ excludes: 'client' }),
  isDev: boolean({ excludes: 'client' }),
  client: clientOption,
  concurrency: integer(),
  maxRateLimitWait: duration(),
  eventHistory: duration({ minMs: dayMs, remedy: "Pass at least 24 hours, such as `'7d'`." }),
})

/** Returns how long the account's events are stored. @throws {InvalidOptionError} for an invalid setting. */
export function eventHistoryMsOf(config: InngestConfig): number {
  return options.read(config).eventHistoryMs ?? dayMs
}

function key(rules: OptionRules): Option<string, string> {
  const { read } = string()
  return {
    ...string(rules),
    read: (given, name, createError) => checkKey(read(given, name, createError), name, createError),
  }
}

/**
 * Returns a function that provides the configured client. It loads the SDK and creates the client on its first call, so
 * an app that never sends does not load the SDK.
 *
 * @param logger - returns the logger for a client created here, once it is known
 * @returns a function that rejects with an `InvalidOptionError` for an invalid environment variable.
 * @throws {InvalidOptionError} for an invalid setting.
 */
export function toConnection(
  config: InngestConfig = {},
  logger: () => LoggerLike | undefined = () => undefined,
): () => Promise<InngestConnection> {
  const settings = options.read(config)
  const { client: ownClient, appId = 'jobs', eventKey, signingKey, baseUrl, isDev } = settings
  const { apiBaseUrl, concurrency, maxRateLimitWaitMs } = settings
  const requests = { apiBaseUrl, concurrency, maxRateLimitWaitMs }
  if (ownClient !== undefined) {
    const connection = checkConnection({ client: ownClient, ...requests })
    return async () => connection
  }
  if (isDev === true) checkMode({ mode: 'dev', signingKey })
  return async () => {
    const { Inngest: Client } = await load()
    const client = new Client({
      id: appId,
      aiMetadata: false, // it would collect traces of the app, and this client runs no functions
      ...createSdkLoggers(logger),
      ...(eventKey !== undefined && { eventKey }),
      ...(signingKey !== undefined && { signingKey }),
      ...(baseUrl !== undefined && { baseUrl }),
      ...(isDev !== undefined && { isDev }),
    })
    return checkConnection({ client, ...requests })
  }
}

async function load(): Promise<typeof Sdk> {
  try {
    return await import('inngest')
  } catch (cause) {
    const problem = toErrorInfo(cause).message
    throw new ProviderNotInstalledError({ provider: 'inngest', packageName: 'inngest', problem }, { cause })
  }
}

/** Checks the settings of a client, which can come from the environment or the app, before a request uses them. */
function checkConnection(connection: InngestConnection): InngestConnection {
  const { client, apiBaseUrl = client.apiBaseUrl } = connection
  checkMode(client)
  url(address).read(client.eventBaseUrl, 'baseUrl', invalidOption)
  url(address).read(apiBaseUrl, 'apiBaseUrl', invalidOption)
  const { eventKey, signingKey, signingKeyFallback } = client
  for (const [name, one] of Object.entries({ eventKey, signingKey, signingKeyFallback })) {
    if (one !== undefined) checkKey(one, name, invalidOption)
  }
  return connection
}

/** Rejects a production signing key together with the dev server: every request would go to the wrong server. */
export function checkMode({ mode, signingKey }: Pick<Inngest.Any, 'mode' | 'signingKey'>): void {
  if (mode !== 'dev' || !signingKey?.startsWith('signkey-prod-')) return
  throw invalidOption(
    'isDev',
    'is true, or `INNGEST_DEV` is set, but the signing key is a production key',
    'In production, unset `INNGEST_DEV`. In development, unset the signing key.',
  )
}

/** Rejects a key that cannot be sent as a header. The error of such a request would contain the key. */
function checkKey(given: string, name: string, createError: CreateOptionError): string {
  if (/^[!-~]*$/.test(given.trim())) return given
  const problem = 'contains an invalid character, such as a space or a line break'
  throw createError(name, problem, "Copy it again from Inngest's dashboard.")
}

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderConfigTypes {
    inngest: InngestConfig
  }
}
