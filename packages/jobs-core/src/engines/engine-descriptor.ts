/**
 * Describes an engine. It contains only data, so importing it loads neither the provider nor an SDK. Each provider
 * package has one in `src/descriptor.ts`.
 */
export interface EngineDescriptor {
  /** The name that `provider` and `JOB_PROVIDER` take: `redis`. */
  readonly name: string
  /** The engine's name in a sentence: `Redis`, `the local engine`. */
  readonly title: string
  /** The package with the provider. */
  readonly packageName: string
  /** True if jobs run in the process that opens the client. Cron jobs then tick without a send. */
  readonly runsInProcess: boolean
  /** True for the engine to use when nothing chooses one. In production it must be named. */
  readonly isFallback?: boolean
  /** The environment variables that the engine reads. */
  readonly variables?: readonly EngineVariable[]
  /** Prefix of the names of the engine's own events. An app's events must not start with it. */
  readonly eventPrefix?: string
  /** The facts that `doctor` and `init` need. An engine without them can still be used. */
  readonly setup?: EngineSetup
}

/** Describes an environment variable of an engine. */
export interface EngineVariable {
  /** The variable: `REDIS_URL`. */
  readonly name: string
  /** The purpose, in one sentence. `init` writes it as a comment. */
  readonly purpose: string
  /** True if the variable chooses the engine, as a key does. */
  readonly choosesEngine?: boolean
  /** True if apps also set the variable for other purposes. Then it does not suggest the engine to `doctor`. */
  readonly isGeneral?: boolean
  /** Names that are set by mistake instead, besides those that differ in one character: `REDIS_ADDRESS`. */
  readonly mistakes?: readonly string[]
  /** The value that `init` writes. Without it, `init` omits the variable. */
  readonly example?: { readonly value: string; readonly isCommentedOut?: boolean }
}

/** Describes an engine to `doctor` and `init`. */
export interface EngineSetup {
  /** The engine's name in a list to choose from: `Local`. */
  readonly label: string
  /** A hint for the list: where jobs run, whether you need an account. */
  readonly hint: string
  /** Prefix of the variables that the vendor's SDK reads. `doctor` lists the variables that are set. */
  readonly variablePrefix?: string
  /** The vendor's packages. */
  readonly sdk?: VendorSdk
  /** `.gitignore` patterns of the files that the engine writes. */
  readonly ownFiles?: readonly string[]
  /** The file that stores the jobs, if the engine can have one. */
  readonly file?: EngineFile
  /** The pattern of the vendor's keys, as the source of a regular expression. `doctor` hides text that matches it. */
  readonly keyPattern?: string
  /** Creates the `config` for `doctor`. With it, the engine must not run jobs. Default: no settings. */
  readonly doctorConfig?: (given: DoctorConfigOptions) => object
  /** The checks of `health()` that may be absent, with the reason that `doctor` prints. */
  readonly optionalChecks?: Readonly<Record<string, string>>
  /**
   * The command that starts the vendor's development server. `init` writes a script that runs it without an install.
   */
  readonly devCommand?: readonly string[]
  /** A command to run once before `devCommand`. */
  readonly loginCommand?: readonly string[]
  /** A remark after the command that sends the first job, such as when to run it. */
  readonly sendRemark?: string
}

/** Describes the file in which an engine stores its jobs. */
export interface EngineFile {
  /** The environment variable with the file's path. Without it, jobs are stored in memory. */
  readonly variable: string
  /** The range of Node versions that the file needs. */
  readonly node: string
}

/** The arguments of `doctor`. */
export interface DoctorConfigOptions {
  /** The environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** The id of the vendor's app, if the command line sets it. */
  readonly appId: string | undefined
}

/** Describes a vendor's packages. */
export interface VendorSdk {
  /** The SDK's package. */
  readonly packageName: string
  /** The version that `init` installs: a range, or an exact version if the tools must match. */
  readonly version: string
  /** Other packages of the vendor that an app may have. `doctor` checks their versions. */
  readonly tools: readonly string[]
  /** True if the tools must have the exact version of the SDK. */
  readonly toolsMatchSdk?: boolean
}
