/**
 * The behavior suite that proves a provider.
 *
 * @module jobs-conformance
 */

export type { CaseSend, CaseTools, DelayExpectation } from './case-tools.ts'
export { type ConformanceCase, type Rule, type RuleName, rules } from './conformance-case.ts'
export { conformanceCases } from './conformance-cases.ts'
export { conformanceCasesWithCodec, conformanceCodec } from './conformance-codec.ts'
export type { ConformanceEvent } from './conformance-events.ts'
export { conformanceHooks } from './conformance-hooks.ts'
export { type ConformanceCode, conformanceJobs } from './conformance-jobs.ts'
export { conformanceLogger } from './conformance-logger.ts'
export { conformanceOptions } from './conformance-options.ts'
export type { CaseOutcome, CaseResult, ConformanceReport } from './conformance-report.ts'
export type {
  ConformanceEngine,
  ConformanceOpenOptions,
  ConformanceTarget,
  Equipment,
  OwnHost,
} from './conformance-target.ts'
export { describeConformance, type DescribeOptions, type TestContext, type TestRunner } from './describe-conformance.ts'
export type { JournalEntry, JournalEntryKind, JournalFilter } from './journal.ts'
export { type ConformanceRunOptions, runConformance } from './run-conformance.ts'
export type { InvalidOutput, Script, ScriptedFailure, ScriptPayload } from './script.ts'
export { type ConformanceSettings, configureConformance } from './settings.ts'
export type { UntypedClient } from './untyped-client.ts'
