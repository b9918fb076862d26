import { type LoggerLike, ProviderNotInstalledError } from '@cgk-platform/jobs-core'
import {
  declareOptions,
  type CreateOptionError,
  boolean,
  invalidOption,
  type Option,
  type OptionRules,
  string,
  toErrorInfo,
  url,
  custom,
} from '@cgk-platform/jobs-core/provider'
import type * as Sdk from 'inngest'
import type { Inngest } from 'inngest'

import { createSdkLoggers } from './sdk-logger.ts'

/** Where Inngest is and who asks. What is left out is read from the `INNGEST_*` variables, as the SDK does. */
export interface InngestConfig {
  /** Who sends. Default: `INNGEST_EVENT_KEY`. */
  eventKey?: string | undefined
  /** Who reads, cancels and retries. Default: `INNGEST_SIGNING_KEY`, and `INNGEST_SIGNING_KEY_FALLBACK` while a key is rotated. */
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
  client?: Inngest.Any | undefined
}

/** An Inngest client, and where its server is read from. */
export interface InngestConnection {
  readonly client: Inngest.Any
  /** Left out, it is where the client says when it is asked: an environment may be known only later. */
  readonly apiBaseUrl?: string
}

const address = { remedy: 'Give one such as `http://localhost:8288`.' }
const clientRemedy = "Give what `new Inngest({ id: 'my-app' })` made."

/** An Inngest client. Told by what it has, since an app may load the SDK twice: as an ES module and as CommonJS. */
export const clientOption: Option<Inngest.Any, Inngest.Any> = custom((client: unknown, name, createError) => {
  const { id, createFunction } = (client ?? {}) as Partial<Inngest.Any>
  if (typeof id === 'string' && typeof createFunction === 'function') return client as Inngest.Any
  throw createError(name, 'is no Inngest client', clientRemedy)
})

const options = declareOptions<InngestConfig>('Inngest', {
  eventKey: key({ excludes: 'client' }),
  signingKey: key({ excludes: 'client' }),
  baseUrl: url({ ...address, excludes: 'client' }),
  apiBaseUrl: url(address),
  appId: string({ excludes: 'client' }),
  isDev: boolean({ excludes: 'client' }),
  client: clientOption,
})

function key(rules: OptionRules): Option<string, string> {
  const { read } = string()
  return {
    ...string(rules),
    read: (given, name, createError) => checkKey(read(given, name, createError), name, createError),
  }
}

/**
 * How to come by the client that a configuration asks for. One that is not given is made when it is asked for: the SDK
 * is loaded only then, so that an app which never sends does not pay for it.
 *
 * @param logger - what a client made here logs through, as soon as that is known
 * @returns a function that rejects with an `InvalidOptionError` for what the environment says and cannot be used.
 * @throws {InvalidOptionError} for a setting that cannot be used.
 */
export function toConnection(
  config: InngestConfig = {},
  logger: () => LoggerLike | undefined = () => undefined,
): () => Promise<InngestConnection> {
  const { client: given, apiBaseUrl, appId = 'jobs', eventKey, signingKey, baseUrl, isDev } = options.read(config)
  const readFrom = apiBaseUrl === undefined ? {} : { apiBaseUrl }
  if (given !== undefined) {
    const connection = checked({ client: given, ...readFrom })
    return async () => connection
  }
  if (isDev === true) checkMode({ mode: 'dev', signingKey })
  return async () => {
    const { Inngest: Client } = await load()
    const client = new Client({
      id: appId,
      aiMetadata: false, // it would look for the app's traces, and this client runs nothing
      ...createSdkLoggers(logger),
      ...(eventKey !== undefined && { eventKey }),
      ...(signingKey !== undefined && { signingKey }),
      ...(baseUrl !== undefined && { baseUrl }),
      ...(isDev !== undefined && { isDev }),
    })
    return checked({ client, ...readFrom })
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

/** Also what the environment or the app's own client says is looked at here, before a request fails of it. */
function checked(connection: InngestConnection): InngestConnection {
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

/** A key of production and a dev server do not go together: every request would go to the wrong place. */
export function checkMode({ mode, signingKey }: Pick<Inngest.Any, 'mode' | 'signingKey'>): void {
  if (mode !== 'dev' || !signingKey?.startsWith('signkey-prod-')) return
  throw invalidOption(
    'isDev',
    'is on, or `INNGEST_DEV` is set, and the signing key is one of production',
    'Unset `INNGEST_DEV` in production, or the key in development.',
  )
}

/** A request would fail of a wrong one with an error that tells the key. */
function checkKey(given: string, name: string, createError: CreateOptionError): string {
  if (/^[!-~]*$/.test(given.trim())) return given
  const problem = 'has a character that no key has, such as a blank or a line break'
  throw createError(name, problem, "Copy it again from Inngest's dashboard.")
}

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderConfigTypes {
    inngest: InngestConfig
  }
}
