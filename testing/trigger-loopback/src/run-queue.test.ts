import { describe, expect, test } from 'vitest'

import type { Run } from './run.ts'
import { createRunQueue, type RunQueue } from './run-queue.ts'
import { createTimers } from './timers.ts'

// The rules of `internal-packages/run-engine/src/run-queue` of Trigger.dev's repository.

const queue = 'job-ship'
let ids = 0

function open(concurrencyLimit?: number): RunQueue {
  const now = (): Date => new Date(1000)
  const runs = createRunQueue({ timers: createTimers(now, true), now, makeId: () => `queue_${++ids}` })
  runs.declare([{ name: queue, ...(concurrencyLimit !== undefined && { concurrencyLimit }) }], new Set())
  return runs
}

/** Adds a run that has waited for `age` milliseconds. */
function add(runs: RunQueue, concurrencyKey: string | undefined, age = 0, isRetry = false): Run {
  const friendlyId = `run_${++ids}`
  const queueTimestamp = new Date(1000 - age)
  const run = { id: friendlyId, friendlyId, queue, concurrencyKey, queueTimestamp, priorityMs: 0 } as Run
  runs.add(run, isRetry ? queueTimestamp : undefined)
  return run
}

const takeAll = (runs: RunQueue): (string | undefined)[] => {
  const keys: (string | undefined)[] = []
  for (let run = runs.take(); run; run = runs.take()) keys.push(run.concurrencyKey)
  return keys
}

describe('the limit of a queue', () => {
  test('counts the runs of each key, and those without a key together', () => {
    const runs = open(2)
    for (const key of ['a', 'a', 'a', 'b', undefined, undefined, undefined]) add(runs, key)
    expect(takeAll(runs)).toEqual(['a', 'a', 'b', undefined, undefined])
  })

  test('lets the next run of a key start when one ends', () => {
    const runs = open(1)
    const first = add(runs, 'a')
    const second = add(runs, 'a')
    expect([runs.take(), runs.take()]).toEqual([first, undefined])
    runs.remove(first)
    expect(runs.take()).toBe(second)
  })
})

describe('a queue with 30 keys at their limit', () => {
  function openFull(): { runs: RunQueue; active: Run[] } {
    const runs = open(1)
    const keys = Array.from({ length: 30 }, (_, index) => `full-${index}`)
    const active = keys.map((key) => add(runs, key, 20))
    takeAll(runs)
    for (const key of keys) add(runs, key, 10)
    return { runs, active }
  }

  test('starts no younger retry of another key, until one of the 30 has room', () => {
    const { runs, active } = openFull()
    add(runs, 'free', 5, true)
    expect(takeAll(runs)).toEqual([])
    runs.remove(active[0]!)
    expect(takeAll(runs)).toEqual(['full-0', 'free'])
  })

  test('starts a new run of a key without waiting runs at once', () => {
    const { runs } = openFull()
    add(runs, 'free')
    expect(takeAll(runs)).toEqual(['free'])
  })
})

describe('a paused queue', () => {
  test('starts no run, whatever its key; running ones continue', () => {
    const runs = open(2)
    const running = add(runs, 'a')
    runs.take()
    runs.pause(runs.queues()[0]!, true)
    for (const key of ['a', 'b', undefined]) add(runs, key)
    expect([takeAll(runs), runs.counts(queue)]).toEqual([[], { queued: 3, running: 1 }])
    runs.remove(running)
    runs.pause(runs.queues()[0]!, false)
    expect(takeAll(runs)).toEqual(['a', 'b', undefined])
  })

  test('stays paused when a new version declares it', () => {
    const runs = open()
    runs.pause(runs.queues()[0]!, true)
    runs.declare([{ name: queue, concurrencyLimit: 5 }], new Set())
    add(runs, 'a')
    expect([runs.queues()[0]!.paused, runs.take()]).toEqual([true, undefined])
  })
})
