import { describe, expect, test } from 'vitest'

import { createWatchers } from './watchers.ts'

describe('createWatchers', () => {
  test('notifies all watchers of a job, and no others', () => {
    const { watch, notify } = createWatchers()
    const told: string[] = []
    watch('a', () => told.push('first'))
    watch('a', () => told.push('second'))
    watch('b', () => told.push('other'))
    notify('a')
    expect(told).toEqual(['first', 'second'])
  })

  test('stops notifying a watcher that stopped, also if it stops twice or during a notification', () => {
    const { watch, notify } = createWatchers()
    const told: string[] = []
    const stop = watch('a', () => {
      told.push('once')
      stop()
    })
    watch('a', () => told.push('always'))
    notify('a')
    stop()
    notify('a')
    expect(told).toEqual(['once', 'always', 'always'])
  })

  test('a watcher that stops late does not affect later watchers', () => {
    const { watch, notify } = createWatchers()
    const told: string[] = []
    const stop = watch('a', () => told.push('early'))
    stop()
    watch('a', () => told.push('late'))
    stop()
    notify('a')
    expect(told).toEqual(['late'])
  })
})
