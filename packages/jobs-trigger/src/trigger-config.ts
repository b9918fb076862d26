import { InvalidOptionError } from '@cgk-platform/jobs-core'
import { checkOptionNames, environment } from '@cgk-platform/jobs-core/provider'

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

const names = ['apiKey', 'apiUrl', 'previewBranch', 'version']

/**
 * The connection that a configuration asks for.
 *
 * @throws {InvalidOptionError} for a setting that cannot be used.
 */
export function toConnection(config: TriggerConfig = {}): TriggerConnection {
  checkOptionNames('Trigger.dev', config, names)
  const { apiKey, apiUrl, previewBranch, version } = config
  for (const [name, value] of Object.entries({ apiKey, previewBranch, version })) checkText(value, name)
  checkKey(apiKey)
  const connection: TriggerConnection = {
    get apiKey() {
      checkKey(set('TRIGGER_SECRET_KEY'))
      return apiKey?.trimEnd()
    },
    get apiUrl() {
      return checkedUrl(apiUrl ?? set('TRIGGER_API_URL'))
    },
    get previewBranch() {
      return previewBranch ?? branchOfEnvironment()
    },
    get version() {
      return version ?? set('TRIGGER_VERSION')
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

function checkedUrl(value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value
  const problem = 'is not an HTTP address, in the configuration or in `TRIGGER_API_URL`'
  throw wrong('apiUrl', problem, 'Give one such as `https://api.trigger.dev`, with `https://` or `http://` before it.')
}

function checkText(value: unknown, option: string): void {
  if (value === undefined || (typeof value === 'string' && value.trim() !== '')) return
  throw wrong(option, typeof value === 'string' ? 'is empty' : 'is not a string', 'Give it, or leave it out.')
}

/** A request would fail of it with an error that tells the key. */
function checkKey(key: string | undefined): void {
  if (key === undefined || /^[!-~]*$/.test(key.trimEnd())) return
  const problem = 'has a character that no key has, such as a blank or a line break'
  throw wrong('apiKey', problem, "Copy it again from Trigger.dev's dashboard.")
}

function wrong(option: string, problem: string, remedy: string): InvalidOptionError {
  return new InvalidOptionError({ option, problem, remedy })
}
