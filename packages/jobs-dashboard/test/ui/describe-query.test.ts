import { expect, test, vi } from 'vitest'

vi.stubGlobal('location', { href: 'https://shop.example/jobs' })
vi.stubGlobal('document', { documentElement: { dataset: {} } })

interface JobQueryModule {
  readJobQuery(parameters: URLSearchParams): object
  describeQuery(from: object): string[]
  toFilter(from: object, now: number): object
}

// Not imported by its name, because these tests are compiled without the types of browsers.
const module = new URL('../../ui/src/jobs/job-query.ts', import.meta.url).pathname
const { describeQuery, readJobQuery, toFilter } = (await import(module)) as JobQueryModule

test('a time in the address that is none is shown as it is', () => {
  const from = readJobQuery(new URLSearchParams({ since: 'yesterday', until: '2026-11-29T12:00:00Z' }))
  expect(describeQuery(from)).toEqual(['sent since yesterday', expect.stringMatching(/^sent before Nov \d+, 2026/)])
})

test('a time range concerns the send, or the end', () => {
  const now = Date.parse('2026-11-29T12:00:00Z')
  const from = readJobQuery(new URLSearchParams({ within: '1h', by: 'end', state: 'failed' }))
  expect(toFilter(from, now)).toEqual({ state: ['failed'], endedSince: '2026-11-29T11:00:00.000Z' })
  expect(describeQuery(from)).toEqual(['failed', 'ended in the last hour'])
  expect(toFilter(readJobQuery(new URLSearchParams({ within: '1h' })), now)).toEqual({
    since: '2026-11-29T11:00:00.000Z',
  })
  const until = readJobQuery(new URLSearchParams({ by: 'end', until: '2026-11-29T12:00:00Z' }))
  expect(toFilter(until, now)).toEqual({ endedUntil: '2026-11-29T12:00:00Z' })
})
