import { expect, test } from 'vitest'

import type { App, Framework, Provider } from '../app/app.ts'
import { nodeWarnings } from './node-warnings.ts'

const warnings = (framework: Framework, nodeVersion: string, provider: Provider) =>
  nodeWarnings({ framework, nodeVersion } as App, provider)

test('a worker that connects to Inngest is said to need a newer Node, and what does without', () => {
  expect(warnings('node', 'v20.19.0', 'inngest')).toEqual([
    expect.stringMatching(/needs Node 22 or later, and this is v20\.19\.0\..*`--framework hono`/),
  ])
})

test.each<[Framework, string, Provider]>([
  ['node', 'v22.0.0', 'inngest'],
  ['express', 'v20.19.0', 'inngest'],
  ['node', 'v20.19.0', 'local'],
])('nothing is said of %s on Node %s for %s', (...plan) => {
  expect(warnings(...plan)).toEqual([])
})
