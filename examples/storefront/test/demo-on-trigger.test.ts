import { expect, it } from 'vitest'

import { demo } from './demo-process.ts'

// In its own file, because it takes as long as the other demo tests together: each of hundreds of runs has a process.
it("gets the same figures in the worker of Trigger.dev's CLI, in real time", () => {
  const { status, stdout, stderr } = demo(['--provider', 'trigger.dev'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain("Trigger.dev's SDK and CLI worker, and a loopback server in this process")
  expect(stdout).toMatch(/^All +281 +12 +56 +258 +£106,709\.17 +29 +£1,866\.33$/m)
  expect(stdout).toContain('Every figure agrees with the file.')
}, 600_000)
