import { afterEach, describe, expect, test, vi } from 'vitest'

import { type CallSite, callSite, fileOf } from './call-site.ts'

const here = (): string | undefined => callSite(here)()

afterEach(() => vi.restoreAllMocks())

describe('callSite', () => {
  test('is the location of the call, the same for each evaluation of the line', () => {
    const sites = [1, 2].map(() => here())
    expect(sites[0]).toMatch(/call-site\.test\.ts:\d+:\d+$/)
    expect(sites[0]).toBe(sites[1])
    expect(here()).not.toBe(sites[0])
  })

  test('reads no stack before the location is read, because source maps make that slow', () => {
    let reads = 0
    vi.spyOn(Error, 'captureStackTrace').mockImplementation((target) => {
      Object.defineProperty(target, 'stack', { get: () => `Error\n    at /app/jobs.ts:4:${++reads}` })
    })
    const define = (): CallSite => callSite(define)
    const site = define()
    expect(reads).toBe(0)
    expect(site()).toBe('/app/jobs.ts:4:1')
  })

  test.each([
    ['    at file:///app/jobs.ts?t=1712&v=9:4:5', 'file:///app/jobs.ts:4:5'],
    ['    at Module.<anonymous> (file:///app/jobs.ts?v=2:4:5)', 'file:///app/jobs.ts:4:5'],
    ['    at define (/app/jobs.ts:4:5)', '/app/jobs.ts:4:5'],
    ['    at C:\\app\\jobs.ts:4:5', 'C:\\app\\jobs.ts:4:5'],
  ])('reads %s without the additions of loaders', (line, site) => {
    vi.spyOn(Error, 'captureStackTrace').mockImplementation((target) => {
      Object.assign(target, { stack: `Error\n${line}\n    at later (/app/main.ts:1:1)` })
    })
    expect(here()).toBe(site)
  })

  test('is undefined if the platform provides no stack', () => {
    vi.spyOn(Error, 'captureStackTrace').mockImplementation(() => undefined)
    expect(here()).toBeUndefined()
  })

  test('is undefined if the platform has no captureStackTrace', () => {
    const { captureStackTrace } = Error
    Reflect.deleteProperty(Error, 'captureStackTrace')
    try {
      expect(here()).toBeUndefined()
    } finally {
      Error.captureStackTrace = captureStackTrace
    }
  })
})

test('fileOf removes line and column', () => {
  expect(fileOf('file:///app/jobs.ts:4:5')).toBe('file:///app/jobs.ts')
  expect(fileOf(undefined)).toBeUndefined()
})
