import type { Feature } from '@cgk-platform/jobs-core/provider'

import type { CaseTools } from './case-tools.ts'
import type { Equipment } from './conformance-target.ts'

/** A rule that holds on every provider. Number 0 is for behavior outside the numbered rules. */
export interface Rule {
  /** The number of the rule. */
  readonly number: number
  /** The name of the rule in the docs. */
  readonly name: string
}

/** The key of a rule in `rules`. */
export type RuleName =
  | 'terms'
  | 'hooks'
  | 'inspection'
  | 'tenants'
  | 'validation'
  | 'wire'
  | 'atLeastOnce'
  | 'retries'
  | 'time'
  | 'cron'
  | 'cancelAndRetry'
  | 'nothingSilent'
  | 'production'
  | 'workflows'
  | 'flowControl'

/** The rules, in the order of the report. */
export const rules: Readonly<Record<RuleName, Rule>> = {
  terms: { number: 0, name: 'Jobs, runs and their status' },
  hooks: { number: 0, name: 'Hooks, middleware and logging' },
  inspection: { number: 0, name: 'Inspect and steer jobs' },
  tenants: { number: 1, name: 'Tenant isolation' },
  validation: { number: 2, name: 'Validation at send and at run' },
  wire: { number: 3, name: 'Payloads and outputs are JSON' },
  atLeastOnce: { number: 4, name: 'At least once' },
  retries: { number: 5, name: 'Retries' },
  time: { number: 6, name: 'Time' },
  cron: { number: 7, name: 'Cron' },
  cancelAndRetry: { number: 8, name: 'Cancel and retry' },
  nothingSilent: { number: 9, name: 'No silent failures' },
  production: { number: 10, name: 'No memory by default in production' },
  workflows: { number: 11, name: 'Workflows' },
  flowControl: { number: 12, name: 'Flow control' },
}

/** One behavior that every provider must have. */
export interface ConformanceCase {
  /** A unique and stable id in kebab case. */
  readonly id: string
  /** The rule that the case belongs to. */
  readonly rule: Rule
  /** The behavior, as a sentence. */
  readonly title: string
  /** Features that the engine must support. Default: none. */
  readonly requiredFeatures?: readonly Feature[]
  /** Equipment that the target must have. Default: none. */
  readonly requiredEquipment?: readonly Equipment[]
  /** True if the case waits for cron ticks. On a concurrent target it runs in parallel with all others. Default false. */
  readonly waitsForTicks?: boolean
  /** True if the case must not run in parallel with others. Default false. */
  readonly runsAlone?: boolean
  /**
   * True if the case pauses a definition that no other kind of case uses. Such cases run one after another, in parallel
   * with all others. Default false.
   */
  readonly pausesDefinition?: boolean
  /** Runs the case. Rejects if the behavior differs. */
  run(t: CaseTools): Promise<void>
}
