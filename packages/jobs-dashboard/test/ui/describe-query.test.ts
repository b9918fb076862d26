import { expect, test, vi } from 'vitest'

vi.stubGlobal('location', { href: 'https://shop.example/jobs' })
vi.stubGlobal('document', { documentElement: { dataset: {} } })

interface JobQueryModule {
  readJobQuery(parameters: URLSearchParams): object
  describeQuery(from: object): string[]
}

// Not imported by its name, because these tests are compiled without the types of browsers.
const module = new URL('../../ui/src/jobs/job-query.ts', import.meta.url).pathname
const { describeQuery, readJobQuery } = (await import(module)) as JobQueryModule

test('a time in the address that is none is shown as it is', () => {
  const from = readJobQuery(new URLSearchParams({ since: 'yesterday', until: '2026-11-29T12:00:00Z' }))
  expect(describeQuery(from)).toEqual(['sent since yesterday', expect.stringMatching(/^sent before Nov \d+, 2026/)])
})
