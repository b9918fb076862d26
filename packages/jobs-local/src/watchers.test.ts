import { describe, expect, test } from 'vitest'

import { createWatchers } from './watchers.ts'

describe('createWatchers', () => {
  test('everyone who watches a job is told of its changes, and nobody else', () => {
    const { watch, notify } = createWatchers()
    const told: string[] = []
    watch('a', () => told.push('first'))
    watch('a', () => told.push('second'))
    watch('b', () => told.push('other'))
    notify('a')
    expect(told).toEqual(['first', 'second'])
  })

  test('whoever stops watching is told no more, also when stopped twice or while being told', () => {
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

  test('one who stops late does not end the watching of those who came since', () => {
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
