import { expect, it } from 'vitest'

import { demo } from './demo-process.ts'

// The two days of the demo on hosted engines. For each change, other tests run them on a server of Inngest, the fulfilment on
// Inngest's SDK with a virtual clock, and some orders on Trigger.dev.

it('gets the same figures on Inngest, including the reports', () => {
  const { status, stdout, stderr } = demo(['--provider', 'inngest'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain("Inngest's SDK and a loopback engine in this process")
  const figures = (text: string): string => text.slice(text.indexOf('\nShop '))
  expect(figures(stdout)).toBe(figures(demo().stdout))
})

it("gets the same figures in the worker of Trigger.dev's CLI, in real time", () => {
  const { status, stdout, stderr } = demo(['--provider', 'trigger.dev'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain("Trigger.dev's SDK and CLI worker, and a loopback server in this process")
  expect(stdout).toMatch(/^All +281 +12 +56 +258 +£106,709\.17 +29 +£1,866\.33$/m)
  expect(stdout).toContain('Every figure agrees with the file.')
})
