import { createCaseTools } from './create-case-tools.ts'
import type { ConformanceCase } from './conformance-case.ts'
import type { CaseOutcome, CaseResult } from './conformance-report.ts'
import type { Equipment } from './conformance-target.ts'
import type { OpenSuite } from './open-suite.ts'
import { expectUnsupported } from './expect-unsupported.ts'

/** Runs one case, or reports that the engine does not support it. Never rejects. */
export async function runCase(suite: OpenSuite, one: ConformanceCase, limitMs: number): Promise<CaseResult> {
  const startedAt = performance.now()
  const { id, rule, title } = one
  const outcome = await outcomeOf(suite, one, limitMs)
  return { id, rule, title, ...outcome, durationMs: Math.round(performance.now() - startedAt) }
}

async function outcomeOf(suite: OpenSuite, one: ConformanceCase, limitMs: number): Promise<CaseOutcome> {
  try {
    const unsupported = (one.requiredFeatures ?? []).filter(
      (feature) => !suite.capabilities.features[feature].supported,
    )
    if (unsupported.length > 0) {
      for (const feature of unsupported)
        await withTimeout(limitMs, expectUnsupported(createCaseTools(suite, one), feature))
      const reasons = unsupported.map((feature) => `\`${feature}\`: ${suite.capabilities.features[feature].note}`)
      return { outcome: 'not supported', reason: reasons.join(' ') }
    }
    const missing = one.requiredEquipment?.find((equipment) => !isProvided(suite, equipment))
    if (missing) return { outcome: 'not supported', reason: `The target does not provide \`${missing}\`.` }
    await withTimeout(limitMs, one.run(createCaseTools(suite, one)))
    return { outcome: 'passed' }
  } catch (error) {
    return { outcome: 'failed', error }
  }
}

function isProvided({ target, engine }: OpenSuite, equipment: Equipment): boolean {
  if (equipment === 'definitions') return engine.hasNoDefinitions !== true
  return equipment === 'createDefault' ? target.createDefault !== undefined : engine[equipment] !== undefined
}

/** Uses the system clock, so that a call that never settles ends its own case only. */
async function withTimeout(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timedOut = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The case did not end within ${limitMs} ms.`)), limitMs)
  })
  try {
    await Promise.race([work, timedOut])
  } finally {
    clearTimeout(timer)
  }
}
