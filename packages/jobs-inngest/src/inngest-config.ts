import { InvalidOptionError, type LoggerLike, ProviderNotInstalledError } from '@cgk-platform/jobs-core'
import { checkOptionNames, toErrorInfo } from '@cgk-platform/jobs-core/provider'
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

const names = ['eventKey', 'signingKey', 'baseUrl', 'apiBaseUrl', 'appId', 'isDev', 'client']

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
  checkOptionNames('Inngest', config, names)
  const { client: given, apiBaseUrl, baseUrl, ...rest } = config
  if (apiBaseUrl !== undefined) checkUrl(apiBaseUrl, 'apiBaseUrl')
  if (baseUrl !== undefined) checkUrl(baseUrl, 'baseUrl')
  const readFrom = apiBaseUrl === undefined ? {} : { apiBaseUrl }
  if (given !== undefined) {
    checkClient(given)
    const beside = Object.entries({ baseUrl, ...rest }).find(([, value]) => value !== undefined)
    if (beside) throw wrong(beside[0], 'is given beside `client`', 'Set it where the client is made.')
    const connection = checked({ client: given, ...readFrom })
    return async () => connection
  }
  const { appId = 'jobs', eventKey, signingKey, isDev } = rest
  for (const [name, value] of Object.entries({ appId, eventKey, signingKey })) checkText(value, name)
  for (const [name, key] of Object.entries({ eventKey, signingKey })) checkKey(key, name)
  if (isDev !== undefined && typeof isDev !== 'boolean') {
    throw wrong('isDev', `is a ${typeof isDev}, not a boolean`, 'Give `true` or `false`, or leave it out.')
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
  checkUrl(client.eventBaseUrl, 'baseUrl')
  checkUrl(apiBaseUrl, 'apiBaseUrl')
  const { eventKey, signingKey, signingKeyFallback } = client
  for (const [name, key] of Object.entries({ eventKey, signingKey, signingKeyFallback })) checkKey(key, name)
  return connection
}

/** Told by what it has, since an app may load the SDK twice: as an ES module and as CommonJS. */
export function checkClient(client: unknown): void {
  const { id, createFunction } = (client ?? {}) as Partial<Inngest.Any>
  if (typeof id === 'string' && typeof createFunction === 'function') return
  throw wrong('client', 'is no Inngest client', "Give what `new Inngest({ id: 'my-app' })` made.")
}

/** A key of production and a dev server do not go together: every request would go to the wrong place. */
export function checkMode({ mode, signingKey }: Pick<Inngest.Any, 'mode' | 'signingKey'>): void {
  if (mode !== 'dev' || !signingKey?.startsWith('signkey-prod-')) return
  throw wrong(
    'isDev',
    'is on, or `INNGEST_DEV` is set, and the signing key is one of production',
    'Unset `INNGEST_DEV` in production, or the key in development.',
  )
}

function checkUrl(value: unknown, option: string): void {
  const isUrl = typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
  if (!isUrl) throw wrong(option, 'is not an HTTP address', 'Give one such as `http://localhost:8288`.')
}

function checkText(value: unknown, option: string): void {
  if (value === undefined || (typeof value === 'string' && value.trim() !== '')) return
  throw wrong(option, typeof value === 'string' ? 'is empty' : 'is not a string', 'Give it, or leave it out.')
}

/** A request would fail of it with an error that tells the key. */
function checkKey(key: string | undefined, option: string): void {
  if (key === undefined || /^[!-~]*$/.test(key.trim())) return
  const problem = 'has a character that no key has, such as a blank or a line break'
  throw wrong(option, problem, "Copy it again from Inngest's dashboard.")
}

function wrong(option: string, problem: string, remedy: string): InvalidOptionError {
  return new InvalidOptionError({ option, problem, remedy })
}
