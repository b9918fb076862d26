import type { Feature } from '../provider/capabilities.ts'
import type { CaseTools } from './case-tools.ts'
import type { Equipment } from './conformance-target.ts'

/** A rule that holds on every provider. Number 0 is what the other rules stand on. */
export interface Rule {
  /** Its place among the rules. */
  readonly number: number
  /** As the documents name it. */
  readonly name: string
}

/** A rule's short name. */
export type RuleName =
  | 'terms'
  | 'hooks'
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

/** The rules, in the order of the report. */
export const rules: Readonly<Record<RuleName, Rule>> = {
  terms: { number: 0, name: 'Jobs, runs and their status' },
  hooks: { number: 0, name: 'Hooks, middleware and logging' },
  tenants: { number: 1, name: 'Tenant isolation' },
  validation: { number: 2, name: 'Validation twice' },
  wire: { number: 3, name: 'The wire is JSON' },
  atLeastOnce: { number: 4, name: 'At least once' },
  retries: { number: 5, name: 'Retries' },
  time: { number: 6, name: 'Time' },
  cron: { number: 7, name: 'Cron' },
  cancelAndRetry: { number: 8, name: 'Cancel and retry' },
  nothingSilent: { number: 9, name: 'Nothing silent' },
  production: { number: 10, name: 'Nothing defaults to memory in production' },
  workflows: { number: 11, name: 'Workflows' },
}

/** One behaviour that every provider owes. */
export interface ConformanceCase {
  /** Kebab case, unique, stable. */
  readonly id: string
  /** The rule that it holds a provider to. */
  readonly rule: Rule
  /** The behaviour, as a sentence. */
  readonly title: string
  /** Features without which the case is not supported. */
  readonly needs?: readonly Feature[]
  /** What the target must offer for the case to be tried. */
  readonly wants?: readonly Equipment[]
  /** Waits for minutes to tick; such cases run beside all others where cases run side by side. */
  readonly waitsForTicks?: boolean
  /** Disturbs other cases, so it runs when no other does. */
  readonly alone?: boolean
  /** Rejects where the behaviour is another. */
  run(t: CaseTools): Promise<void>
}
