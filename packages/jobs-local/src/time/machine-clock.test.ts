import { expect, test, vi } from 'vitest'

import { machineClock } from './machine-clock.ts'

const hourMs = 3_600_000
let sleptMs = 0
let pausedMs = 0
/** The time that reading the uptime takes. */
let pauseMs = 0

vi.mock(import('node:os'), async (original) => {
  const os = await original()
  return { ...os, uptime: () => os.uptime() + (sleptMs + (pausedMs += pauseMs)) / 1000 }
})

test('elapsed time counts the time asleep, and does not change when the clock is set', ({ onTestFinished }) => {
  const { now } = Date
  let setByMs = 0
  Date.now = () => now() + setByMs + sleptMs
  onTestFinished(() => void (Date.now = now))
  const startMs = machineClock.elapsed!()
  const elapsedMs = (): number => Math.round((machineClock.elapsed!() - startMs) / 60_000) * 60_000
  setByMs = 2 * hourMs
  expect(elapsedMs()).toBe(0)
  sleptMs = hourMs
  expect(elapsedMs()).toBe(hourMs)
  setByMs = -2 * hourMs
  expect(elapsedMs()).toBe(hourMs)
})

test('elapsed time is that of the machine also where the uptime is that of a container', ({ onTestFinished }) => {
  const { now } = Date
  Date.now = () => now() - 5 * hourMs
  sleptMs = -1e12
  onTestFinished(() => void ([Date.now, sleptMs] = [now, 0]))
  const monotonicMs = Number(process.hrtime.bigint() / 1_000_000n)
  expect(machineClock.elapsed!()).toBeGreaterThanOrEqual(monotonicMs)
})

test('elapsed time does not count a pause of the process between two readings twice', ({ onTestFinished }) => {
  const { now } = Date
  const { bigint } = process.hrtime
  onTestFinished(() => {
    Object.assign(process.hrtime, { bigint })
    Date.now = now
    pauseMs = 0
  })
  process.hrtime.bigint = () => bigint() + BigInt(pausedMs) * 1_000_000n
  const startMs = machineClock.elapsed!()
  Date.now = () => now() + 2 * hourMs + pausedMs
  pauseMs = 60_000
  machineClock.elapsed!()
  pauseMs = 0
  expect(Math.round((machineClock.elapsed!() - startMs) / 60_000)).toBe(1)
})
