/** The severity of a finding: fine, not checkable, worth a look, or keeps jobs from running. */
export type FindingStatus = 'ok' | 'unknown' | 'warning' | 'problem'

/** The checks, in their order. */
export type CheckName = 'provider' | 'variables' | 'versions' | 'jobs' | 'engine'

/** One result of a check. */
export interface Finding {
  readonly check: CheckName
  readonly status: FindingStatus
  /** The result, as a phrase that follows the check's name. */
  readonly message: string
  /** The remedy, as a sentence. */
  readonly remedy?: string
}

/** The findings of a check, and the facts behind them. */
export interface CheckResult<Facts> {
  readonly findings: readonly Finding[]
  readonly facts: Facts
}

/** The chosen engine, and why it was chosen. */
export interface ProviderFacts {
  readonly name: string
  readonly reason: string
}

/** A variable that is set. Its value is never reported. */
export interface VariableFacts {
  readonly name: string
  /** `environment`, or the file that set it. */
  readonly from: string
}

/** An installed package. */
export interface PackageFacts {
  readonly name: string
  readonly version: string
  /** Folder, relative to the app. */
  readonly path: string
}

/** A definition that was found. */
export interface JobFacts {
  readonly id: string
  readonly kind: 'job' | 'batch' | 'cron' | 'workflow'
  /** The event. Absent for a cron job. */
  readonly event?: string
  /** The schedule, for a cron job. */
  readonly schedule?: string
  /** The time zone of the schedule, for a cron job. */
  readonly timezone?: string
  /** Features that it uses but the chosen engine does not support. */
  readonly unsupported: readonly { readonly code: string; readonly message: string }[]
}

/** The result of the engine's health check. */
export interface EngineFacts {
  readonly ok: boolean
  /** Duration of the health check, in milliseconds. */
  readonly durationMs: number
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly message: string }[]
}

/** The output of `doctor --json`. */
export interface DoctorReport {
  /** Changes when the format becomes incompatible. */
  readonly formatVersion: 1
  /** True if there is no problem, in which case the exit code is 0. */
  readonly ok: boolean
  /** `null` if no engine could be chosen. */
  readonly provider: ProviderFacts | null
  readonly variables: readonly VariableFacts[]
  readonly packages: readonly PackageFacts[]
  readonly jobs: readonly JobFacts[]
  /** `null` if the engine was not checked. */
  readonly engine: EngineFacts | null
  readonly findings: readonly Finding[]
}
