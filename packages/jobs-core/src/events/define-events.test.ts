import type { StandardSchemaV1 } from '@standard-schema/spec'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'

import { DuplicateEventError } from '../errors/duplicate-event-error.ts'
import { InvalidDefinitionError } from '../errors/invalid-definition-error.ts'
import { toEnvelope } from '../client/to-envelope.ts'
import { processJobs } from '../jobs/job-registry.ts'
import { defineJob } from '../jobs/define-job.ts'
import { checkEventWait } from '../workflows/check-step.ts'
import { addEngine } from '../provider/engine-registry.ts'
import { defineEvents } from './define-events.ts'
import { processEvents } from './event-registry.ts'
import { eventType } from './event-type.ts'
import { validatePayload } from './validate-payload.ts'

/** A hand-written schema: accepts objects whose `word` is a string. */
const handMade = (answer: <T>(value: T) => T | Promise<T> = (value) => value): StandardSchemaV1<{ word: string }> => ({
  '~standard': {
    version: 1,
    vendor: 'by hand',
    validate: (value) =>
      answer(
        typeof (value as { word?: unknown }).word === 'string'
          ? { value: { word: (value as { word: string }).word.toUpperCase() } }
          : { issues: [{ message: 'must be a word', path: [{ key: 'word' }] }, { message: 'is not valid' }] },
      ),
  },
})

const check = (name: string, payload: object) =>
  validatePayload(name, processEvents().require(name).schema, payload as never)

beforeEach(() => {
  processEvents().own.clear()
  processEvents().usedBuiltIn.clear()
})
afterEach(() => vi.unstubAllEnvs())

describe('a declared event', () => {
  test('returns the unchanged schemas, and can be found by name', () => {
    const schemas = { 'video.ready': z.object({ videoId: z.string() }), 'project.created': eventType<{ id: string }>() }
    expect(defineEvents(schemas)).toBe(schemas)
    expect(processEvents().names()).toEqual(expect.arrayContaining(['order.created', 'video.ready', 'project.created']))
    expect(processEvents().find('video.ready')?.schema).toBe(schemas['video.ready'])
  })

  test('can have a hand-written schema', () => {
    defineEvents({ 'word.said': handMade() })
    expect(check('word.said', { word: 'hello' })).toEqual({ word: 'HELLO' })
    expect(() => check('word.said', { word: 5 })).toThrow(
      expect.objectContaining({
        issues: [
          { path: 'payload.word', message: 'must be a word' },
          { path: 'payload', message: 'is not valid' },
        ],
      }),
    )
  })
})

describe('defineEvents rejects', () => {
  test.each(['', 'a b', '.a', 'a.', 'a..b', '9lives', '_x', 'über.event', 'a:b', 'x'.repeat(101), ' order.created'])(
    'the name %j',
    (name) => {
      expect(() => defineEvents({ [name]: z.object({}) })).toThrow(
        expect.objectContaining({
          code: 'invalid_definition',
          field: 'name',
          message: expect.stringContaining(`\`${name.slice(0, 100)}`),
        }),
      )
      expect(processEvents().own.size).toBe(0)
    },
  )

  test.each([
    'a',
    'video.ready',
    'video.ready/v2',
    'video.ready_now',
    'a-b_c.d/e',
    'cron',
    'cronjob/x',
    'x'.repeat(100),
  ])('but accepts the name %j', (name) => {
    defineEvents({ [name]: z.object({}) })
    expect(processEvents().names()).toContain(name)
  })

  test.each(['cron/nightly', 'job/resize', 'cloud/function.failed'])('the reserved name %j', (name) => {
    const create = () => expect.unreachable()
    const engine = { name: 'cloud', title: 'Cloud', packageName: 'jobs-cloud', runsInProcess: false, create }
    addEngine({ ...engine, eventPrefix: 'cloud/' })
    expect(() => defineEvents({ [name]: z.object({}) })).toThrow(/reserved prefix/)
  })

  test.each([undefined, null, {}, 'string', { '~standard': {} }])('%j as a schema', (schema) => {
    expect(() => defineEvents({ 'video.ready': schema as never })).toThrow(
      expect.objectContaining({ field: 'schema', message: expect.stringMatching(/Pass a schema .*`eventType/) }),
    )
  })

  test.each<[name: string, schema: unknown]>([
    ['`eventType` itself', eventType],
    ['a function that makes a schema', () => z.object({})],
  ])('%s as a schema, which must be called', (_name, schema) => {
    expect(() => defineEvents({ 'video.ready': schema as never })).toThrow(
      expect.objectContaining({
        field: 'schema',
        message: expect.stringMatching(/is a function\. Call it, as in `eventType</),
      }),
    )
  })

  test.each([{ date: true }, { dates: false }, 'dates'])('options of `eventType` like %j', (options) => {
    expect(() => eventType(options as never)).toThrow(expect.objectContaining({ code: 'invalid_option' }))
  })

  test('but accepts a function that is a schema, as in some libraries', () => {
    const schema = Object.assign(() => true, handMade())
    defineEvents({ 'word.said': schema })
    expect(check('word.said', { word: 'hello' })).toEqual({ word: 'HELLO' })
  })

  test.each<[kind: string, schemas: unknown]>([
    ['an array', [z.object({})]],
    ['an array', []],
    ['a string', 'video.ready'],
    ['a function', () => ({ 'video.ready': z.object({}) })],
    ['undefined', undefined],
    ['null', null],
  ])('%s as its argument', (kind, schemas) => {
    expect(() => defineEvents(schemas as never)).toThrow(
      expect.objectContaining({
        code: 'invalid_definition',
        field: 'schemas',
        message: expect.stringContaining(
          `\`schemas\` is ${kind}, not an object. Pass an object with a schema for each event name`,
        ),
      }),
    )
    expect(processEvents().own.size).toBe(0)
  })

  test('all events of a call with one invalid event', () => {
    expect(() => defineEvents({ 'a.good': z.object({}), 'b.bad': {} as never, 'c.good': z.object({}) })).toThrow(
      InvalidDefinitionError,
    )
    expect(processEvents().own.size).toBe(0)
  })
})

describe('a name that is declared twice', () => {
  test('is rejected with another schema, with the location of the first', () => {
    defineEvents({ 'video.ready': z.object({ videoId: z.string() }) })
    expect(() => defineEvents({ 'video.ready': z.object({ videoId: z.number() }) })).toThrow(
      expect.objectContaining({
        code: 'duplicate_event',
        event: 'video.ready',
        message: expect.stringMatching(/define-events\.test\.ts:\d+:\d+/),
      }),
    )
    expect(check('video.ready', { videoId: 'v1' })).toEqual({ videoId: 'v1' })
  })

  test('is accepted with an equal schema', () => {
    defineEvents({ 'video.ready': z.object({ videoId: z.string() }) })
    const again = z.object({ videoId: z.string() })
    defineEvents({ 'video.ready': again })
    expect(processEvents().find('video.ready')?.schema).toBe(again)
  })

  test('is rejected from another line of the file, except in development, where an edit may have moved it', () => {
    defineEvents({ 'word.said': handMade() })
    expect(() => defineEvents({ 'word.said': handMade() })).toThrow(DuplicateEventError)
    vi.stubEnv('NODE_ENV', 'development')
    expect(() => defineEvents({ 'word.said': handMade() })).not.toThrow()
  })
})

describe('a built-in event', () => {
  const ownSchema = z.object({ tenantId: z.string(), template: z.string() })

  test('is replaced by an event of its name', () => {
    defineEvents({ 'email.send': ownSchema })
    expect(check('email.send', { tenantId: 'acme', template: 'welcome' })).toEqual({
      tenantId: 'acme',
      template: 'welcome',
    })
    expect(() => check('email.send', { tenantId: 'acme', type: 'welcome', recipientEmail: 'a@example.com' })).toThrow(
      /payload\.template/,
    )
    expect(
      processEvents()
        .names()
        .filter((name) => name === 'email.send'),
    ).toHaveLength(1)
  })

  test('stays replaced by an equal schema after its first use, and cannot be replaced by another', () => {
    defineEvents({ 'email.send': ownSchema })
    processEvents().require('email.send')
    defineEvents({ 'email.send': z.object({ tenantId: z.string(), template: z.string() }) })
    expect(() => defineEvents({ 'email.send': z.object({ other: z.string() }) })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/define-events\.test\.ts:\d+:\d+/) }),
    )
  })

  const email = { tenantId: 'acme', type: 'welcome', recipientEmail: 'a@example.com' }
  const context = { maxPayloadBytes: 1000, now: 0, jobs: processJobs(), checkJobs: () => undefined } as never
  const send = () => toEnvelope('email.send', email, undefined, context)
  const wait = () => checkEventWait({ id: 'deliver' } as never, 'paid', 'email.send', { timeout: '1h' }, {} as never)
  test.each<[use: string, use: () => unknown]>([
    ['a send', send],
    ['a definition', () => defineJob({ id: 'send-email', event: 'email.send', handler: () => undefined })],
    ['a wait', wait],
  ])('is not replaced after %s, and no event of the call is declared', async (_use, use) => {
    await use()
    expect(() => defineEvents({ 'video.ready': z.object({}), 'email.send': ownSchema })).toThrow(
      expect.objectContaining({
        code: 'duplicate_event',
        event: 'email.send',
        message: expect.stringMatching(/built-in event `email\.send` after its first use\. Call `defineEvents` first/),
      }),
    )
    expect(processEvents().find('video.ready')).toBeUndefined()
  })
})

/** Declares events from one line, like a helper of an app. */
const declare = (schema: never) => defineEvents({ 'video.ready': schema })
const declareElsewhere = (schema: never) => defineEvents({ 'video.ready': schema })

const videoReady = () =>
  z.object({ tenantId: z.string(), videoId: z.string().min(1), readyAt: z.coerce.date(), size: z.bigint().optional() })

describe('the same schema in two bundles of one app', () => {
  test.each<[kind: string, schema: () => unknown]>([
    ['holds dates, which JSON Schema cannot tell', videoReady],
    ['transforms', () => z.object({ tenantId: z.string(), word: z.string().transform((word) => word.length) })],
    ['is one of several', () => z.union([videoReady(), z.object({ tenantId: z.string(), failed: z.date() })])],
  ])('is accepted if it %s', (_kind, schema) => {
    declare(schema() as never)
    const again = schema()
    declareElsewhere(again as never)
    expect(processEvents().find('video.ready')?.schema).toBe(again)
  })
})

describe('another schema from the same line', () => {
  test.each<[how: string, one: unknown, other: unknown]>([
    ['other fields', z.object({ a: z.string() }), z.object({ b: z.string() })],
    ['a field of another type', z.object({ a: z.string() }), z.object({ a: z.number() })],
    ['another field and a date', z.object({ at: z.coerce.date() }), z.object({ at: z.coerce.date(), by: z.string() })],
    ['a schema instead of a type alone', eventType(), z.object({ a: z.string() })],
  ])('is rejected: %s', (_how, one, other) => {
    declare(one as never)
    expect(() => declare(other as never)).toThrow(DuplicateEventError)
    expect(processEvents().find('video.ready')?.schema).toBe(one)
  })

  test('is accepted if the schemas cannot be compared, as in a module that is evaluated again', () => {
    declare(handMade() as never)
    expect(() => declare(handMade() as never)).not.toThrow()
    expect(() => declareElsewhere(handMade() as never)).toThrow(DuplicateEventError)
  })
})
