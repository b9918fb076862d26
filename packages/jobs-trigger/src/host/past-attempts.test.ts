import { describe, expect, test } from 'vitest'

import type { AttemptRecord } from '../wire/run-record.ts'
import { pastAttempts } from './past-attempts.ts'

const record = (more: Partial<AttemptRecord> = {}): AttemptRecord => ({
  definition: 'work',
  attempt: 1,
  maxAttempts: 9,
  startedAt: 1000,
  ...more,
})

describe('the attempts before', () => {
  test('the first one are none', () => {
    expect(pastAttempts(undefined, 1)).toEqual([])
  })

  test('the second one are the first, with its times and a short error', () => {
    const error = { name: 'Error', message: 'ä'.repeat(1000), code: 'broken', cause: { name: 'Error', message: 'why' } }
    expect(pastAttempts(record({ endedAt: 2000, retryAt: 3000, error }), 2)).toEqual([
      {
        number: 1,
        begunAt: 1000,
        endedAt: 2000,
        error: { name: 'Error', message: `${'ä'.repeat(150)}…`, code: 'broken' },
      },
    ])
  })

  test('one whose process died have no end', () => {
    expect(pastAttempts(record({ attempt: 2, begunAt: 4000, dueAt: 3000 }), 3)).toEqual([
      { number: 2, dueAt: 3000, begunAt: 4000 },
    ])
  })

  test('an extra attempt, which counts as the last one, do not include the last one', () => {
    const past = [{ number: 1, begunAt: 1000 }]
    expect(pastAttempts(record({ attempt: 2, past }), 2)).toEqual(past)
  })

  test('many are the newest that fit into 2 KiB', () => {
    let past = pastAttempts(undefined, 1)
    const error = { name: 'Error', message: '\u{1F980}'.repeat(200) }
    for (let attempt = 1; attempt <= 100; attempt++) past = pastAttempts(record({ attempt, past, error }), attempt + 1)
    expect(past.at(-1)).toMatchObject({ number: 100, error: { message: expect.stringMatching(/^\u{1F980}+…$/u) } })
    expect(past.length).toBeGreaterThan(2)
    expect(new TextEncoder().encode(JSON.stringify(past)).length).toBeLessThanOrEqual(2048)
  })
})
