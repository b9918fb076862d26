import type { RuleName } from '@cgk-platform/jobs-conformance'

import type { LocalTargetOptions } from './local-target.ts'

/** A local engine with one fault, and the conformance cases that must detect it. */
export interface BrokenProvider extends LocalTargetOptions {
  readonly rule: RuleName
  readonly fault: string
  readonly caughtBy: readonly string[]
}
