import { expect, test } from 'vitest'

import type { App, Framework } from '../app/app.ts'
import { engineOf } from '../app/engine-of.ts'
import { hostFor } from './host-for.ts'

const style = { isTypeScript: false, extension: '.mjs', importExtension: '.mjs', run: 'node', needsTsx: false } as const
const appOf = (framework: Framework, nodeVersion: string): App =>
  ({ framework, nodeVersion, style, sources: '', jobsModule: 'jobs', packageManager: 'npm' }) as App

test('warns that a worker on Inngest needs a newer Node, and names an alternative', () => {
  expect(hostFor(appOf('node', 'v20.19.0'), engineOf('inngest')).warnings).toEqual([
    expect.stringMatching(/needs Node 22 or later, but this is v20\.19\.0\..*`--framework hono`/),
  ])
})

test.each<[Framework, string, string]>([
  ['node', 'v22.0.0', 'inngest'],
  ['express', 'v20.19.0', 'inngest'],
  ['node', 'v20.19.0', 'local'],
])('does not warn for %s on Node %s with %s', (framework, nodeVersion, engine) => {
  expect(hostFor(appOf(framework, nodeVersion), engineOf(engine)).warnings ?? []).toEqual([])
})

test.each<[Framework, string[]]>([
  ['next', ['instrumentation.mjs', 'jobs-host.mjs']],
  ['express', ['jobs-worker.mjs']],
])('an engine without its own host runs, in %s, in a process that starts a client', (framework, files) => {
  const engine = { name: 'redis', title: 'Redis', packageName: 'jobs-redis', runsInProcess: false }
  expect(hostFor(appOf(framework, 'v22.0.0'), engine).files.map(({ path }) => path)).toEqual(files)
})
