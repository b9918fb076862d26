/**
 * Describes an engine: data alone, so importing it loads neither the provider nor a vendor's SDK. Each provider package
 * has one in `src/descriptor.ts`.
 */
export interface EngineDescriptor {
  /** The name that `provider` and `JOB_PROVIDER` take: `redis`. */
  readonly name: string
  /** The engine's name in a sentence: `Redis`, `the local engine`. */
  readonly title: string
  /** The package that has the provider. */
  readonly packageName: string
  /** True if jobs run in the process that opens the client. Its cron jobs then tick without a send. */
  readonly runsInProcess: boolean
  /** True for the engine to use when nothing chooses one. In production it must be named. */
  readonly isFallback?: boolean
  /** The environment variables that the engine reads. */
  readonly variables?: readonly EngineVariable[]
  /** The start of the names of the engine's own events. No event of an app may begin with it. */
  readonly eventPrefix?: string
  /** The facts that `doctor` and `init` need. An engine without them can still be used. */
  readonly setup?: EngineSetup
}

/** Describes an environment variable of an engine. */
export interface EngineVariable {
  /** The variable: `REDIS_URL`. */
  readonly name: string
  /** One sentence that says what it is for. `init` writes it above the line. */
  readonly purpose: string
  /** True if setting the variable chooses the engine, as a key does. */
  readonly choosesEngine?: boolean
  /** How `init` writes it: with this value, ready or commented out. Without it, `init` leaves the variable out. */
  readonly example?: { readonly value: string; readonly isCommentedOut?: boolean }
}

/** Describes an engine to `doctor` and `init`. */
export interface EngineSetup {
  /** The engine's name in a list to choose from: `Local`. */
  readonly label: string
  /** A few words beside the label, such as where jobs run and whether an account is needed. */
  readonly hint: string
  /** The start of the names of all variables that the vendor's SDK reads. `doctor` lists those that are set. */
  readonly variablePrefix?: string
  /** The vendor's packages. */
  readonly sdk?: VendorSdk
  /** The files that the engine writes beside an app, as `.gitignore` patterns. */
  readonly ownFiles?: readonly string[]
  /** The file that keeps the jobs, if the engine can have one. */
  readonly file?: EngineFile
  /** The form of the vendor's keys, as the source of a regular expression. `doctor` prints no text of this form. */
  readonly keyPattern?: string
  /** Makes the `config` with which `doctor` opens the engine. It must not let a job run. Default: no settings. */
  readonly doctorConfig?: (given: DoctorConfigOptions) => object
  /** The checks of `health()` that may be absent, with the reason that `doctor` prints then. */
  readonly optionalChecks?: Readonly<Record<string, string>>
  /** The command that starts what the vendor has for development. `init` makes a script of it, run without an install. */
  readonly devCommand?: readonly string[]
  /** The command to run once before `devCommand`. */
  readonly loginCommand?: readonly string[]
  /** The remark behind the command that sends the first job, such as when to run it. */
  readonly sendRemark?: string
}

/** Describes the file in which an engine keeps its jobs. */
export interface EngineFile {
  /** The environment variable that names the file. Without it the jobs are in memory. */
  readonly variable: string
  /** The range of Node versions that the file needs. */
  readonly node: string
}

/** Describes what `doctor` was called with. */
export interface DoctorConfigOptions {
  /** The environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** The id of the app at the vendor, if the command line names one. */
  readonly appId: string | undefined
}

/** Describes a vendor's packages. */
export interface VendorSdk {
  /** The SDK's package. */
  readonly packageName: string
  /** The version that `init` installs: a range, or an exact version where the tools must match. */
  readonly version: string
  /** The vendor's packages that an app may have beside the SDK. `doctor` checks their versions. */
  readonly tools: readonly string[]
  /** True if the tools must have exactly the version of the SDK. */
  readonly toolsMatchSdk?: boolean
}
