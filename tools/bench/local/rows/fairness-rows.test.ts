import { expect, test } from 'vitest'

import { fairnessChart } from '../page/fairness-chart.ts'
import { fairnessSection } from '../page/fairness-section.ts'
import { fairnessCases, fairnessResult } from './fairness-rows.ts'

test('the local engine is measured with every timing, in memory, on a file and with three workers', () => {
  const own = fairnessCases(false).map(({ setting: { name }, timing }) => `${name}: ${timing}`)
  expect(own).toEqual(
    ['memory', 'SQLite', 'SQLite, 3 workers'].flatMap((engine) =>
      ['at once', 'beside', 'at one time', 'later'].map((timing) => `local engine, ${engine}: ${timing}`),
    ),
  )
  const peers = fairnessCases(true).slice(own.length)
  expect(new Set(peers.map(({ timing }) => timing))).toEqual(new Set(['later']))
  expect(peers.length).toBeGreaterThan(0)
})

test('every row of the local engine has the target of two rounds', () => {
  for (const { setting } of fairnessCases(false)) expect(setting.target).toBe(2)
})

test('the page shows each timing, and the chart only the one of all queues', () => {
  const rows = fairnessCases(false).map(({ setting, timing }, index) => ({
    comparison: `${setting.name} ${timing}`,
    target: '<= 2',
    ...fairnessResult(setting, timing, [{ median: 0.5, worst: index, isComplete: true, waiting: 1 }]),
  }))
  const section = fairnessSection(rows, 'fairness.svg').replaceAll(/ +/g, ' ')
  expect(section).toContain('| local engine, memory | at once | 0.5 | 0.0 | 2, met |')
  expect(section).toContain('| local engine, SQLite, 3 workers | with one `runAt` | 0.5 | 10.0 | 2, missed |')
  expect(fairnessChart(rows).match(/local engine, memory</g)).toHaveLength(1)
})
