import {
  declareOptions,
  environment,
  type CreateOptionError,
  invalidOption,
  type Option,
  string,
  url,
} from '@cgk-platform/jobs-core/provider'

/** Where Trigger.dev is and who asks. What is left out is read from the `TRIGGER_*` variables, as the SDK does. */
export interface TriggerConfig {
  /** A secret key; it belongs to one environment of one project. Default: `TRIGGER_SECRET_KEY`. */
  apiKey?: string | undefined
  /** A server of your own. Default: `TRIGGER_API_URL`, otherwise Trigger.dev's cloud. */
  apiUrl?: string | undefined
  /** The branch of a preview environment. Default: `TRIGGER_PREVIEW_BRANCH`, or the one that is deployed. */
  previewBranch?: string | undefined
  /** The version of the deployed tasks that jobs are to run on. Default: `TRIGGER_VERSION`, otherwise the current one. */
  version?: string | undefined
}

/** A connection's settings at this moment: on some platforms the environment is known only once a request comes. */
export interface TriggerConnection {
  /** The one that was configured; without it the SDK finds the environment's, or a run's own. */
  readonly apiKey?: string | undefined
  readonly apiUrl?: string | undefined
  readonly previewBranch?: string | undefined
  readonly version?: string | undefined
}

const apiKey: Option<string, string> = {
  ...string(),
  read: (given, name, createError) => checkKey(string().read(given, name, createError), name, createError),
}
const apiUrl = url({
  remedy:
    'Correct the setting or `TRIGGER_API_URL`: `https://api.trigger.dev`, with `https://` or `http://` before it.',
})
const options = declareOptions<TriggerConfig>('Trigger.dev', {
  apiKey,
  apiUrl,
  previewBranch: string(),
  version: string(),
})

/**
 * The connection that a configuration asks for.
 *
 * @throws {InvalidOptionError} for a setting that cannot be used.
 */
export function toConnection(config: TriggerConfig = {}): TriggerConnection {
  const given = options.read(config)
  const connection: TriggerConnection = {
    get apiKey() {
      const ofEnvironment = set('TRIGGER_SECRET_KEY')
      if (ofEnvironment !== undefined) checkKey(ofEnvironment, 'apiKey', invalidOption)
      return given.apiKey?.trimEnd()
    },
    get apiUrl() {
      const address = given.apiUrl ?? set('TRIGGER_API_URL')
      return address === undefined ? undefined : apiUrl.read(address, 'apiUrl', invalidOption)
    },
    get previewBranch() {
      return given.previewBranch ?? branchOfEnvironment()
    },
    get version() {
      return given.version ?? set('TRIGGER_VERSION')
    },
  }
  // A setting is looked at as it is read: here, and before each request.
  void [connection.apiKey, connection.apiUrl]
  return connection
}

/** A variable of the environment; an empty one is none. */
function set(name: string): string | undefined {
  return environment()[name] || undefined
}

/** In the SDK's order. `default` is how the CLI calls that there is none. */
function branchOfEnvironment(): string | undefined {
  const ofDevelopment = set('TRIGGER_DEV_BRANCH')
  const branch = set('TRIGGER_PREVIEW_BRANCH') ?? set('VERCEL_GIT_COMMIT_REF')
  return branch ?? (ofDevelopment === 'default' ? undefined : ofDevelopment)
}

/** A request would fail of a wrong one with an error that tells the key. */
function checkKey(key: string, name: string, createError: CreateOptionError): string {
  if (/^[!-~]*$/.test(key.trimEnd())) return key
  const problem = 'has a character that no key has, such as a blank or a line break'
  throw createError(name, problem, "Copy it again from Trigger.dev's dashboard.")
}

declare module '@cgk-platform/jobs-core/provider' {
  interface ProviderConfigTypes {
    'trigger.dev': TriggerConfig
  }
}
