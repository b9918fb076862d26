import { afterEach, describe, expect, test, vi } from 'vitest'

import { callSite, fileOf } from './call-site.ts'

const here = (): string | undefined => callSite(here)

afterEach(() => vi.restoreAllMocks())

describe('callSite', () => {
  test('is where the caller was called, the same for each evaluation of the same line', () => {
    const sites = [1, 2].map(() => here())
    expect(sites[0]).toMatch(/call-site\.test\.ts:\d+:\d+$/)
    expect(sites[0]).toBe(sites[1])
    expect(here()).not.toBe(sites[0])
  })

  test.each([
    ['    at file:///app/jobs.ts?t=1712&v=9:4:5', 'file:///app/jobs.ts:4:5'],
    ['    at Module.<anonymous> (file:///app/jobs.ts?v=2:4:5)', 'file:///app/jobs.ts:4:5'],
    ['    at define (/app/jobs.ts:4:5)', '/app/jobs.ts:4:5'],
    ['    at C:\\app\\jobs.ts:4:5', 'C:\\app\\jobs.ts:4:5'],
  ])('reads %s without what loaders add', (line, site) => {
    vi.spyOn(Error, 'captureStackTrace').mockImplementation((target) => {
      Object.assign(target, { stack: `Error\n${line}\n    at later (/app/main.ts:1:1)` })
    })
    expect(here()).toBe(site)
  })

  test('is unknown where the platform gives no stack', () => {
    vi.spyOn(Error, 'captureStackTrace').mockImplementation(() => undefined)
    expect(here()).toBeUndefined()
  })

  test('is unknown where the platform cannot be asked', () => {
    const { captureStackTrace } = Error
    Reflect.deleteProperty(Error, 'captureStackTrace')
    try {
      expect(here()).toBeUndefined()
    } finally {
      Error.captureStackTrace = captureStackTrace
    }
  })
})

test('fileOf leaves line and column off', () => {
  expect(fileOf('file:///app/jobs.ts:4:5')).toBe('file:///app/jobs.ts')
  expect(fileOf(undefined)).toBeUndefined()
})
