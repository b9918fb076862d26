import { describe, expect, test } from 'vitest'

import { createWatchers } from './watchers.ts'

describe('createWatchers', () => {
  test('notifies all watchers of a job, and no others', () => {
    const { watch, notify } = createWatchers()
    const notified: string[] = []
    watch('a', () => notified.push('first'))
    watch('a', () => notified.push('second'))
    watch('b', () => notified.push('other'))
    notify('a')
    expect(notified).toEqual(['first', 'second'])
  })

  test('stops notifying a watcher that stopped, also if it stops twice or during a notification', () => {
    const { watch, notify } = createWatchers()
    const notified: string[] = []
    const stop = watch('a', () => {
      notified.push('once')
      stop()
    })
    watch('a', () => notified.push('always'))
    notify('a')
    stop()
    notify('a')
    expect(notified).toEqual(['once', 'always', 'always'])
  })

  test('a watcher that stops late does not affect later watchers', () => {
    const { watch, notify } = createWatchers()
    const notified: string[] = []
    const stop = watch('a', () => notified.push('early'))
    stop()
    watch('a', () => notified.push('late'))
    stop()
    notify('a')
    expect(notified).toEqual(['late'])
  })
})
