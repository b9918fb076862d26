import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

import { createThrottles, type ThrottleConfig } from './throttles.ts'

const file = new URL('recorded-throttles.json', import.meta.url)
const { throttles } = JSON.parse(readFileSync(file, 'utf8')) as {
  throttles: { throttle: ThrottleConfig; checks: [atMs: number, isAdmitted: boolean][] }[]
}

test.each(throttles)('admits the starts that the server admits: $throttle', ({ throttle, checks }) => {
  let now = 0
  const engine = createThrottles(() => now)
  const decided = checks.map(([atMs], index) => {
    now = atMs
    const admits = engine.admits('key', throttle, `${index}`)
    if (admits) engine.count('key', throttle, `${index}`)
    return [atMs, admits]
  })
  expect(decided).toEqual(checks)
})

test('an item counts again five minutes after its last start', () => {
  let now = 0
  const throttle = { limit: 1, period: '1h' }
  const engine = createThrottles(() => now)
  engine.count('key', throttle, 'retried')
  now = 299_999
  expect([engine.admits('key', throttle, 'retried'), engine.admits('key', throttle, 'other')]).toEqual([true, false])
  now = 300_000
  expect(engine.admits('key', throttle, 'retried')).toBe(false)
})
