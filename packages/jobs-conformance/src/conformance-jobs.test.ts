import { describe, expect, it } from 'vitest'

import type { Capabilities } from '@cgk-platform/jobs-core'
import type { FeatureSupport } from '@cgk-platform/jobs-core/provider'
import { allFeatures, processJobs } from '@cgk-platform/jobs-core/tools'

import { rules } from './conformance-case.ts'
import { conformanceCases } from './conformance-cases.ts'
import { conformanceJobs } from './conformance-jobs.ts'

function capabilitiesWith(support: FeatureSupport, changes: Partial<Capabilities> = {}): Capabilities {
  return {
    features: Object.fromEntries(allFeatures.map((feature) => [feature, support])) as Capabilities['features'],
    minRetryDelayMs: 0,
    retryToleranceMs: 0,
    maxAttemptsLimit: 1000,
    maxPayloadBytes: 1024,
    maxDelayMs: 0,
    abortToleranceMs: 0,
    daylightSaving: '',
    ...changes,
  }
}

const ids = (capabilities?: Capabilities) => conformanceJobs(capabilities).map(({ id }) => id)

describe('conformanceJobs', () => {
  it('returns the same unique ids every time', () => {
    expect(ids()).toEqual(ids())
    expect(new Set(ids()).size).toBe(ids().length)
  })

  it("adds nothing to the process's own registry", () => {
    conformanceJobs()
    expect(processJobs().all()).toEqual([])
  })

  it('omits definitions that the engine does not support', () => {
    const lacking = ids(capabilitiesWith({ supported: false, note: 'No.', instead: 'Nothing.' }))
    expect(lacking).toContain('conformance-plain')
    expect(lacking.filter((id) => /cron|timeout|one-/.test(id))).toEqual([])
  })

  it("uses the engine's minimum delay as its unit", () => {
    const jobs = conformanceJobs(capabilitiesWith({ supported: true }, { minRetryDelayMs: 1050 }))
    const delays = jobs
      .filter(({ id }) => /-(fixed|linear|exponential)$/.test(id))
      .map(({ retry }) => retry.initialDelayMs)
    expect(delays).toEqual([1050, 1050, 1050])
  })
})

describe('the cases', () => {
  it('have unique ids', () => {
    const caseIds = conformanceCases.map(({ id }) => id)
    expect(caseIds.filter((id, index) => caseIds.indexOf(id) !== index)).toEqual([])
    expect(caseIds.filter((id) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([])
  })

  it('cover every rule', () => {
    expect(new Set(conformanceCases.map(({ rule }) => rule))).toEqual(new Set(Object.values(rules)))
  })
})
