import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { jobsTag, jobsTagOf, retryRunIds, retriedByTag, tagsOf } from './tags.ts'

describe('tags', () => {
  test('identify a run', () => {
    expect(tagsOf({ tenantId: 'acme', event: 'order.created' })).toEqual(['tenant:acme', 'event:order.created'])
    const run = { tenantId: 'acme', event: 'order.created', jobId: 'run_1', definitionId: 'ship' }
    expect(tagsOf(run)).toEqual(['tenant:acme', 'event:order.created', 'job:run_1', 'definition:ship'])
    expect([jobsTag, jobsTagOf('acme')]).toEqual(['jobs', 'jobs:acme'])
  })

  test('escape commas, at which Trigger.dev splits the tags of a search', () => {
    expect(jobsTagOf('a,b 100%')).toBe('jobs:a%2cb%20100%25')
  })

  test('are shorter than 128 characters and unique to their value', () => {
    const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.stringMatching(/^x{100,130}[a-c%,]{0,3}$/))
    fc.assert(
      fc.property(value, value, (one, other) => {
        const [first, second] = [jobsTagOf(one), jobsTagOf(other)]
        expect(first.length).toBeLessThan(128)
        expect(first).not.toMatch(/[,\s\p{Cc}\p{Cs}]/u)
        expect(first === second).toBe(one === other)
      }),
      { numRuns: 2000 },
    )
  })
})

test('cuts a long tag between characters', () => {
  for (const before of ['', 'x']) {
    const tag = jobsTagOf(before + '\u{1f600}'.repeat(100))
    expect(tag).not.toMatch(/\p{Cs}/u)
    expect(tag.length).toBeGreaterThan(125)
  }
})

describe('a run that was retried', () => {
  test('links to the retry by a tag', () => {
    expect(retryRunIds(['tenant:acme', retriedByTag('run_2')])).toEqual(['run_2'])
  })

  test('returns all linked runs, because a replayed run also has the tags of the original', () => {
    expect(retryRunIds([retriedByTag('run_2'), 'jobs', retriedByTag('run_3')])).toEqual(['run_2', 'run_3'])
  })

  test('is not recognized by other tags', () => {
    expect(retryRunIds(['tenant:retried-by:run_2', 'event:retried-by'])).toEqual([])
    expect(retryRunIds([])).toEqual([])
  })
})
