import { createCaseTools } from './create-case-tools.ts'
import type { ConformanceCase } from './conformance-case.ts'
import type { CaseOutcome, CaseResult } from './conformance-report.ts'
import type { Equipment } from './conformance-target.ts'
import type { OpenSuite } from './open-suite.ts'
import { refuseUnsupported } from './refuse-unsupported.ts'

/** Runs one case, or finds that it cannot be run on this engine. Never rejects. */
export async function runCase(suite: OpenSuite, one: ConformanceCase, limitMs: number): Promise<CaseResult> {
  const startedAt = performance.now()
  const { id, rule, title } = one
  const outcome = await outcomeOf(suite, one, limitMs)
  return { id, rule, title, ...outcome, durationMs: Math.round(performance.now() - startedAt) }
}

async function outcomeOf(suite: OpenSuite, one: ConformanceCase, limitMs: number): Promise<CaseOutcome> {
  try {
    const lacking = (one.needs ?? []).filter((feature) => !suite.capabilities.features[feature].supported)
    if (lacking.length > 0) {
      for (const feature of lacking) await within(limitMs, refuseUnsupported(createCaseTools(suite, one), feature))
      const reasons = lacking.map((feature) => `\`${feature}\`: ${suite.capabilities.features[feature].note}`)
      return { outcome: 'not supported', reason: reasons.join(' ') }
    }
    const missing = one.wants?.find((equipment) => !isOffered(suite, equipment))
    if (missing) return { outcome: 'not supported', reason: `The target offers no \`${missing}\`.` }
    await within(limitMs, one.run(createCaseTools(suite, one)))
    return { outcome: 'passed' }
  } catch (error) {
    return { outcome: 'failed', error }
  }
}

function isOffered({ target, engine }: OpenSuite, equipment: Equipment): boolean {
  return equipment === 'createDefault' ? target.createDefault !== undefined : engine[equipment] !== undefined
}

/** By the machine's clock, so that a call which never answers ends its case alone. */
async function within(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The case did not end within ${limitMs} ms.`)), limitMs)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
