import type { JobClient, JobProvider } from '@cgk-platform/jobs-core'
import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { RuleName } from '@cgk-platform/jobs-core/conformance'

import type { LocalProvider } from '../../../src/local-provider.ts'

/** A provider that breaks a rule on purpose, to see that the suite notices. */
export interface BrokenProvider {
  /** What it does wrong. */
  readonly name: string
  readonly rule: RuleName
  /** The cases that must fail on it. */
  readonly caughtBy: readonly string[]
  /** Puts the fault between the client and the local engine. */
  wrap?(provider: LocalProvider, clock: Clock): JobProvider
  /** Puts the fault between the suite and the client. */
  wrapClient?(client: JobClient): JobClient
  /** Ends the engine and starts it again. */
  restart?(): Promise<void>
  /** Puts the fault into the choice of the default client. */
  createDefault?(): JobClient
}

/** The faults of one rule, by what is done wrong. */
export function breaking(
  rule: RuleName,
  faults: Readonly<Record<string, Omit<BrokenProvider, 'name' | 'rule'>>>,
): readonly BrokenProvider[] {
  return Object.entries(faults).map(([name, fault]) => ({ name, rule, ...fault }))
}
