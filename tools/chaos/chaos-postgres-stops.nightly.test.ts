import { expect, test } from 'vitest'

import { kill, pause, runFaults } from './run-faults.ts'

test('has no findings on the PostgreSQL engine, whichever processes and servers stop', async () => {
  const processFaults = { w1: [kill(2000)], w2: [pause(500)], s1: [kill(2500)] }
  const report = await runFaults(
    processFaults,
    [
      { kind: 'lost connections', atMs: 500, share: 1 },
      { kind: 'stopped server', atMs: 1000, how: 'immediate', forMs: 300 },
      { kind: 'promoted standby', atMs: 2500 },
    ],
    undefined,
    [{ kind: 'burst', atMs: 200, large: 100, small: 2, hasOneRunAt: false }],
    'postgres',
  )
  expect(report.verdict.findings).toEqual([])
  const faults = report.verdict.evidence.entries.flatMap((entry) => (entry.type === 'server fault' ? entry.fault : []))
  expect(faults).toEqual(['stopped server', 'promoted standby'])
})
