import type { Duration } from '@cgk-platform/jobs-core'
import { type CreateOptionError, url } from '@cgk-platform/jobs-core/hosted'
import {
  declareOptions,
  duration,
  environment,
  invalidOption,
  type Option,
  string,
} from '@cgk-platform/jobs-core/provider'

/** The connection to Trigger.dev. Omitted settings come from the `TRIGGER_*` variables, as in the SDK. */
export interface TriggerConfig {
  /** The secret key of one environment of one project. Default: `TRIGGER_SECRET_KEY`. */
  apiKey?: string | undefined
  /** The address of the server. Default: `TRIGGER_API_URL`, otherwise Trigger.dev's cloud. */
  apiUrl?: string | undefined
  /**
   * The branch of a preview environment. Default: the first of `TRIGGER_PREVIEW_BRANCH`, `VERCEL_GIT_COMMIT_REF` and
   * `TRIGGER_DEV_BRANCH` that is set.
   */
  previewBranch?: string | undefined
  /**
   * The version of the deployed tasks that runs the jobs. Default: `TRIGGER_VERSION`, otherwise the current version.
   */
  version?: string | undefined
  /**
   * Maximum wait of a rate-limited request before it fails. Default `'60s'`.
   */
  maxRateLimitWait?: number | Duration | undefined
}

/**
 * The current settings of a connection. Each read evaluates the environment, which some platforms set only per request.
 */
export interface TriggerConnection {
  /** The configured key. If absent, the SDK uses the key of the environment or of the current run. */
  readonly apiKey?: string | undefined
  readonly apiUrl?: string | undefined
  readonly previewBranch?: string | undefined
  readonly version?: string | undefined
  /** Default: one minute. */
  readonly maxRateLimitWaitMs?: number | undefined
}

const apiKey: Option<string, string> = {
  ...string(),
  read: (value, name, createError) => checkKey(string().read(value, name, createError), name, createError),
}
const apiUrl = url({
  remedy:
    'Set `apiUrl` or `TRIGGER_API_URL` to an address that starts with `https://` or `http://`, such as `https://api.trigger.dev`.',
})
const options = declareOptions<TriggerConfig>('Trigger.dev', {
  apiKey,
  apiUrl,
  previewBranch: string(),
  version: string(),
  maxRateLimitWait: duration(),
})

/**
 * Returns the connection for a configuration.
 *
 * @throws {InvalidOptionError} for an invalid setting.
 */
export function toConnection(config: TriggerConfig = {}): TriggerConnection {
  const settings = options.read(config)
  const connection: TriggerConnection = {
    maxRateLimitWaitMs: settings.maxRateLimitWaitMs,
    get apiKey() {
      const environmentKey = variable('TRIGGER_SECRET_KEY')
      if (environmentKey !== undefined) checkKey(environmentKey, 'apiKey', invalidOption)
      return settings.apiKey?.trimEnd()
    },
    get apiUrl() {
      const address = settings.apiUrl ?? variable('TRIGGER_API_URL')
      return address === undefined ? undefined : apiUrl.read(address, 'apiUrl', invalidOption)
    },
    get previewBranch() {
      return settings.previewBranch ?? environmentBranch()
    },
    get version() {
      return settings.version ?? variable('TRIGGER_VERSION')
    },
  }
  // Reading a setting validates it: here, and before each request.
  void [connection.apiKey, connection.apiUrl]
  return connection
}

/** Returns an environment variable, or `undefined` if it is empty. */
function variable(name: string): string | undefined {
  return environment()[name] || undefined
}

/** Returns the branch that the environment names, in the SDK's order. The CLI writes `default` for no branch. */
function environmentBranch(): string | undefined {
  const devBranch = variable('TRIGGER_DEV_BRANCH')
  const branch = variable('TRIGGER_PREVIEW_BRANCH') ?? variable('VERCEL_GIT_COMMIT_REF')
  return branch ?? (devBranch === 'default' ? undefined : devBranch)
}

/** Rejects a malformed key early. A request with it would fail with an error that contains the key. */
function checkKey(key: string, name: string, createError: CreateOptionError): string {
  if (/^[!-~]*$/.test(key.trimEnd())) return key
  const problem = 'has a character that is not allowed in a key, such as a space or a line break'
  throw createError(name, problem, "Copy the key again from Trigger.dev's dashboard.")
}

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderConfigTypes {
    'trigger.dev': TriggerConfig
  }
}
