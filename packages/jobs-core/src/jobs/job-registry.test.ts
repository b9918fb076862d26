import { afterEach, describe, expect, test, vi } from 'vitest'

import type { JobEvent } from '../events/job-events.ts'
import { defineCronJob } from './define-cron-job.ts'
import { defineJob } from './define-job.ts'
import type { JobDefinition } from './job-definition.ts'
import { createJobRegistry, toJobRegistry } from './job-registry.ts'

const job = (id: string, event: JobEvent = 'order.created'): JobDefinition =>
  defineJob({ id, event, handler: () => undefined }) as unknown as JobDefinition
const cron = (id: string) => defineCronJob({ id, schedule: '0 9 * * *', handler: () => undefined })

const [a, b, c, nightly] = [job('a'), job('b', 'order.refunded'), job('c'), cron('nightly')]

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

describe('a registry', () => {
  test('finds definitions by id and by event, in the order of their registration', () => {
    const registry = toJobRegistry([c, nightly, b, a])
    expect(registry.all()).toEqual([c, nightly, b, a])
    expect(registry.get('b')).toBe(b)
    expect(registry.get('z')).toBeUndefined()
    expect(registry.subscribers('order.created')).toEqual([c, a])
    expect(registry.subscribers('order.delivered')).toEqual([])
    expect(registry.cronJobs()).toEqual([nightly])
  })

  test('does not return a removed definition', () => {
    const registry = toJobRegistry([a, c, nightly])
    registry.subscribers('order.created')
    registry.remove('a')
    registry.remove('nightly')
    expect(registry.all()).toEqual([c])
    expect(registry.subscribers('order.created')).toEqual([c])
    expect(registry.cronJobs()).toEqual([])
  })

  test('of a list rejects a duplicate id, but accepts the same definition twice', () => {
    expect(() => toJobRegistry([a, b, job('a')])).toThrow(
      expect.objectContaining({
        code: 'duplicate_definition',
        definitionId: 'a',
        message: expect.stringContaining('`a`'),
      }),
    )
    expect(() => toJobRegistry([a, cron('a')])).toThrow(
      /^Two definitions have the id `a`: a job for `order\.created` and a cron job\. .* unique id\.$/,
    )
    expect(toJobRegistry([a, b, a]).all()).toEqual([a, b])
  })

  test.each<[name: string, item: unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an id', 'a'],
    ['a handler', () => undefined],
    ['a list of definitions', [b]],
    ['a client', { kind: 'client', id: 'a' }],
    ['the options of a definition', { id: 'a', event: 'order.created', handler: () => undefined }],
    ['a definition without an id', { kind: 'job' }],
  ])('of a list rejects %s, with its index', (_name, item) => {
    expect(() => toJobRegistry([b, nightly, item as JobDefinition])).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        option: 'jobs[2]',
        message: expect.stringMatching(/^`jobs\[2\]` is .*, not a definition\. Pass the result of `defineJob`/),
      }),
    )
  })
})

describe('a listener of a registry', () => {
  test('is called after each change', () => {
    const registry = createJobRegistry()
    const seen: string[][] = []
    registry.onChange(() => seen.push(registry.subscribers('order.created').map(({ id }) => id)))
    registry.register(a)
    registry.register(c)
    registry.remove('a')
    registry.remove('unknown')
    expect(seen).toEqual([['a'], ['a', 'c'], ['c']])
  })

  test('can reject a definition, which is then not registered', () => {
    const registry = toJobRegistry([c])
    registry.onChange(() => {
      if (registry.subscribers('order.created').includes(a)) throw new Error('No such engine.')
    })
    expect(() => registry.register(a)).toThrow('No such engine.')
    expect(registry.all()).toEqual([c])
    expect(registry.subscribers('order.created')).toEqual([c])
    registry.register(b)
    expect(registry.all()).toEqual([c, b])
  })

  test('can reject a replacement, and the previous definition remains', () => {
    const registry = toJobRegistry([a, c])
    const refused = job('a', 'order.refunded')
    registry.onChange(() => {
      if (registry.subscribers('order.refunded').includes(refused)) throw new Error('No such engine.')
    })
    expect(() => registry.register(refused)).toThrow('No such engine.')
    expect(registry.all()).toEqual([a, c])
    expect(registry.subscribers('order.created')).toEqual([a, c])
    expect(registry.subscribers('order.refunded')).toEqual([])
  })
})

describe('an id that is defined in two places', () => {
  const otherJob = defineJob({ id: 'a', event: 'order.created', handler: () => 'other' }) as unknown as JobDefinition
  const eagerJob = { ...a, retry: { ...a.retry, maxAttempts: 9 } }

  /** The warnings on stderr. */
  const warningsOf = (before: string | undefined, now: string | undefined, again = otherJob): string[] => {
    const write = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const registry = createJobRegistry()
    registry.register(a, () => before)
    registry.register(again, () => now)
    expect(registry.get('a')).toBe(again) // the later definition is used
    return write.mock.calls.map(([line]) => String(line))
  }

  test.each([
    ['in two files', 'file:///app/orders.ts:3:4', 'file:///app/refunds.ts:9:1'],
    ['twice in one file', 'file:///app/orders.ts:3:4', 'file:///app/orders.ts:5:4'],
    ['twice in one line', 'file:///app/orders.ts:3:4', 'file:///app/orders.ts:3:60'],
  ])('causes one warning with both places: %s', (_where, before, now) => {
    const lines = warningsOf(before, now)
    expect(lines).toEqual([expect.stringContaining('`a`')])
    for (const part of ['"level":"warn"', before, now]) expect(lines[0]).toContain(part)
  })

  test.each([
    ['at the very same place, as when a module is evaluated again', 'file:///app/orders.ts:3:4'],
    ['where no place is known', undefined],
  ])('causes no warning %s', (_where, before) => {
    expect(warningsOf(before, 'file:///app/orders.ts:3:4')).toEqual([])
  })

  test('causes no warning for the same code in two files of a bundler', () => {
    const bundled = [
      'file:///app/.next/server/route.js:3:4',
      'file:///app/.next/server/instrumentation.js:9:1',
    ] as const
    expect(warningsOf(...bundled, job('a'))).toEqual([])
    expect(warningsOf(...bundled, eagerJob)).toHaveLength(1)
  })

  test('causes a warning in development only across files, because an edit moves a definition in its file', () => {
    vi.stubEnv('NODE_ENV', 'development')
    expect(warningsOf('file:///app/orders.ts:3:4', 'file:///app/orders.ts:5:4')).toEqual([])
    expect(warningsOf('file:///app/orders.ts:3:4', 'file:///app/refunds.ts:3:4')).toHaveLength(1)
  })
})

describe('an id of two definitions with different events', () => {
  const other = job('a', 'order.refunded')
  const [before, now] = ['file:///app/orders.ts:3:4', 'file:///app/refunds.ts:9:1']

  test.each([
    ['another event', other, 'a job for `order.refunded`'],
    ['another kind', cron('a'), 'a cron job'],
  ])('is an error in production: %s', (_what, replacement, described) => {
    vi.stubEnv('NODE_ENV', 'production')
    const registry = createJobRegistry()
    registry.register(a, () => before)
    const places = `a job for \`order.created\` (${before}) and ${described} (${now})`
    expect(() => registry.register(replacement, () => now)).toThrow(
      expect.objectContaining({
        code: 'duplicate_definition',
        definitionId: 'a',
        message: `Two definitions have the id \`a\`: ${places}. Engines identify runs by this id: give each definition a unique id.`,
      }),
    )
    expect(registry.all()).toEqual([a])
    expect(registry.duplicates()).toEqual([])
  })

  test.each([
    ['in one place, as in a loop', before],
    ['where no place is known', undefined],
  ])('is an error in production %s', (_where, site) => {
    vi.stubEnv('NODE_ENV', 'production')
    const registry = createJobRegistry()
    registry.register(a, () => site)
    expect(() => registry.register(other, () => site)).toThrow(/^Two definitions have the id `a`/)
  })

  test('is no error in production if a bundler has copied one definition, or it is defined again', () => {
    vi.stubEnv('NODE_ENV', 'production')
    const registry = createJobRegistry()
    registry.register(a, () => before)
    registry.register(job('a'), () => now)
    registry.register(a, () => before)
    expect(registry.get('a')).toBe(a)
    expect(registry.duplicates()).toEqual([])
  })

  test('is a warning elsewhere, and the registry lists both', () => {
    const write = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const registry = createJobRegistry()
    registry.register(a, () => before)
    registry.register(other, () => now)
    expect(registry.all()).toEqual([other])
    expect(write.mock.calls.map(([line]) => String(line))).toEqual([
      expect.stringContaining(
        'Two definitions have the id `a`. Only the later one runs. In production, this is an error.',
      ),
    ])
    const described = [`a job for \`order.created\` (${before})`, `a job for \`order.refunded\` (${now})`]
    expect(registry.duplicates()).toEqual([{ definitionId: 'a', described, isOther: true }])
  })

  test('is a hot reload in development, if the file is the same', () => {
    vi.stubEnv('NODE_ENV', 'development')
    const write = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const registry = createJobRegistry()
    registry.register(a, () => before)
    registry.register(other, () => 'file:///app/orders.ts:7:1')
    expect(registry.all()).toEqual([other])
    expect(write).not.toHaveBeenCalled()
    registry.register(cron('a'), () => now)
    expect(write).toHaveBeenCalledOnce()
  })
})
