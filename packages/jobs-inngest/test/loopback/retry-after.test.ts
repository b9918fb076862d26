import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from './retry-after.ts'

const now = Date.UTC(2026, 0, 1, 12, 0, 0, 400)
const iso = (ms: number): string => new Date(now + ms).toISOString()
const after = (header: string): number => parseRetryAfter(header, now)! - now

describe('a `retry-after` of the app', () => {
  it('is exact as a date at least one second ahead', () => expect(after(iso(2500))).toBe(2500))

  it('becomes a second from a truncated second when it is nearer', () => {
    expect(after(iso(999))).toBe(600)
    expect(after(iso(-5000))).toBe(600)
  })

  it('counts seconds from a truncated second', () => expect(after('3')).toBe(2600))

  it('is at most a day', () => expect(after(iso(30 * 3_600_000))).toBe(24 * 3_600_000 - 400))

  it('is nothing when it is missing or cannot be read', () => {
    expect([undefined, '', 'soon', '0'].map((header) => parseRetryAfter(header, now))).not.toContain(NaN)
    expect([undefined, '', 'soon'].map((header) => parseRetryAfter(header, now))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})
