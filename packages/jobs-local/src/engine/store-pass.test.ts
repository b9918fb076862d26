import { createRecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import { expect, test } from 'vitest'

import type { BegunWork, Capacity, EngineStore, PassCallbacks } from '../store/engine-store.ts'
import { createVirtualClock, type VirtualClock } from '../testing/virtual-clock.ts'
import { StorePass } from './store-pass.ts'

const capacity: Capacity = { slots: 1, hasListener: () => false }
const begun = {} as BegunWork

/** Opens passes over a store whose steps the test makes: `passes` has the capacity and the callbacks of each. */
function open() {
  const passes: (PassCallbacks & { capacity: () => Capacity | undefined })[] = []
  const done: BegunWork[] = []
  const virtual = createVirtualClock(0)
  /** Whether the last timer keeps the process alive. */
  let isHeld = true
  const clock: VirtualClock = {
    ...virtual,
    setTimer(delayMs, callback) {
      isHeld = true
      return { ...virtual.setTimer(delayMs, callback), hold: (hold) => void (isHeld = hold) }
    },
  }
  const store: Pick<EngineStore, 'begin'> = {
    begin: (given, callbacks) => void passes.push({ ...callbacks, capacity: given }),
  }
  const logger = createRecordedLogger()
  const pass = new StorePass(
    { store: store as EngineStore, clock, host: { logger } },
    { capacity: () => capacity, done: (work) => void done.push(work) },
  )
  return { pass, passes, done, clock, logger, isHeld: () => isHeld }
}

test('a pass that is wanted before the pending one looks at the store is that one', () => {
  const { pass, passes } = open()
  pass.begin()
  pass.begin()
  passes[0]!.capacity()
  passes[0]!.done(begun)
  expect(passes.length).toBe(1)
})

test('a pass that is wanted after the pending one may have looked at the store follows it', () => {
  const { pass, passes, done } = open()
  pass.begin()
  passes[0]!.capacity()
  pass.begin()
  expect(passes.length).toBe(1)
  passes[0]!.done(begun)
  expect([passes.length, done.length]).toEqual([2, 1])
})

test('a pass that fails is tried again after a second, and is logged once', () => {
  const { pass, passes, clock, logger } = open()
  pass.begin()
  passes[0]!.failed(new Error('Unreachable.'))
  pass.begin()
  expect([passes.length, pass.problem?.message]).toEqual([1, 'Unreachable.'])
  clock.step(1000)
  passes[1]!.failed(new Error('Unreachable.'))
  clock.step(2000)
  passes[2]!.capacity()
  passes[2]!.done(begun)
  expect([passes.length, pass.problem]).toEqual([3, undefined])
  expect(logger.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    'error No job can be begun at the moment.',
    'info Jobs can be begun again.',
  ])
})

test('a store that never answered keeps the process alive only while another pass is wanted', () => {
  const { pass, passes, clock, isHeld } = open()
  pass.begin()
  passes[0]!.failed(new Error('Unreachable.'))
  expect(isHeld()).toBe(false)
  pass.begin()
  expect(isHeld()).toBe(true)
  clock.step(1000)
  passes[1]!.capacity()
  passes[1]!.done(begun)
  pass.begin()
  passes[2]!.failed(new Error('Unreachable.'))
  expect(isHeld()).toBe(true)
})

test('a pass that is stopped begins nothing, and drops what it has begun', () => {
  const { pass, passes, done } = open()
  pass.begin()
  expect(passes[0]!.capacity()).toBe(capacity)
  pass.stop()
  passes[0]!.done(begun)
  expect([passes[0]!.capacity(), done]).toEqual([undefined, []])
})
