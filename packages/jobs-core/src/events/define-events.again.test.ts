import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'

import { DuplicateEventError } from '../errors/duplicate-event-error.ts'
import { defineEvents } from './define-events.ts'
import { findEvent, ownEvents } from './event-registry.ts'
import { eventType } from './event-type.ts'

/** The one line through which these tests declare, as a helper of an app would be. */
const declare = (schema: never) => defineEvents({ 'video.ready': schema })
const declareElsewhere = (schema: never) => defineEvents({ 'video.ready': schema })

beforeEach(() => ownEvents().clear())
afterEach(() => vi.unstubAllEnvs())

const videoReady = () =>
  z.object({ tenantId: z.string(), videoId: z.string().min(1), readyAt: z.coerce.date(), size: z.bigint().optional() })

describe('the same schema in two bundles of one app', () => {
  test.each<[kind: string, schema: () => unknown]>([
    ['holds dates, which JSON Schema cannot tell', videoReady],
    ['transforms', () => z.object({ tenantId: z.string(), word: z.string().transform((word) => word.length) })],
    ['is one of several', () => z.union([videoReady(), z.object({ tenantId: z.string(), failed: z.date() })])],
  ])('is taken where it %s', (_kind, schema) => {
    declare(schema() as never)
    const again = schema()
    declareElsewhere(again as never)
    expect(findEvent('video.ready')?.schema).toBe(again)
  })
})

describe('another schema from the same line', () => {
  test.each<[how: string, one: unknown, other: unknown]>([
    ['other fields', z.object({ a: z.string() }), z.object({ b: z.string() })],
    ['a field of another type', z.object({ a: z.string() }), z.object({ a: z.number() })],
    [
      'another field beside a date',
      z.object({ at: z.coerce.date() }),
      z.object({ at: z.coerce.date(), by: z.string() }),
    ],
    ['a schema instead of a type alone', eventType(), z.object({ a: z.string() })],
  ])('is refused: %s', (_how, one, other) => {
    declare(one as never)
    expect(() => declare(other as never)).toThrow(DuplicateEventError)
    expect(findEvent('video.ready')?.schema).toBe(one)
  })

  test('is taken where the schemas cannot tell, as a line that is evaluated again', () => {
    const handMade = () => ({
      '~standard': { version: 1 as const, vendor: 'by hand', validate: (value: unknown) => ({ value }) },
    })
    declare(handMade() as never)
    expect(() => declare(handMade() as never)).not.toThrow()
    expect(() => declareElsewhere(handMade() as never)).toThrow(DuplicateEventError)
  })
})
