/** What a finding means for the app: nothing to do, what cannot be told, something to look at, or jobs that do not run. */
export type FindingStatus = 'ok' | 'unknown' | 'warning' | 'problem'

/** What is looked at, in this order. */
export type CheckName = 'provider' | 'variables' | 'versions' | 'jobs' | 'engine'

/** One thing that was found. */
export interface Finding {
  readonly check: CheckName
  readonly status: FindingStatus
  /** What is so, as the rest of a line. */
  readonly message: string
  /** What to do about it, as a sentence. */
  readonly remedy?: string
}

/** What a check found, and the facts that go with it. */
export interface CheckResult<Facts> {
  readonly findings: readonly Finding[]
  readonly facts: Facts
}

/** The engine that is chosen, and why. */
export interface ProviderFacts {
  readonly name: string
  readonly reason: string
}

/** A variable that is set; its value is nowhere told. */
export interface VariableFacts {
  readonly name: string
  /** `environment`, or the file that was read. */
  readonly from: string
}

/** An installed package. */
export interface PackageFacts {
  readonly name: string
  readonly version: string
  /** Where it is, relative to the app. */
  readonly path: string
}

/** A definition that was found. */
export interface JobFacts {
  readonly id: string
  readonly kind: 'job' | 'cron' | 'workflow'
  /** Of a job or a workflow. */
  readonly event?: string
  /** Of a cron job. */
  readonly schedule?: string
  /** Of a cron job: the zone of its schedule. */
  readonly timezone?: string
  /** What it uses that the chosen engine cannot do. */
  readonly unsupported: readonly { readonly code: string; readonly message: string }[]
}

/** How the engine answered. */
export interface EngineFacts {
  readonly ok: boolean
  /** How long all of the questions took. */
  readonly durationMs: number
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly message: string }[]
}

/** What `doctor --json` prints. */
export interface DoctorReport {
  /** Changes when a reader of this form would no longer understand it. */
  readonly formatVersion: 1
  /** True where nothing is a problem; the exit code is 0 then. */
  readonly ok: boolean
  /** `null` where none could be chosen. */
  readonly provider: ProviderFacts | null
  readonly variables: readonly VariableFacts[]
  readonly packages: readonly PackageFacts[]
  readonly jobs: readonly JobFacts[]
  /** `null` where it was not asked. */
  readonly engine: EngineFacts | null
  readonly findings: readonly Finding[]
}
