import { describe, expect, test } from 'vitest'
import * as z from 'zod'

import { NotSerializableError } from '../errors/not-serializable-error.ts'
import { PayloadInvalidError } from '../errors/payload-invalid-error.ts'
import { eventType } from './event-type.ts'
import { toJson } from './to-json.ts'
import { checkDates, validatePayload } from './validate-payload.ts'

const date = new Date('2026-03-01T12:00:00Z')

/** Validates a payload as a send does. */
function read(schema: z.ZodType | ReturnType<typeof eventType>, payload: unknown): unknown {
  const copy = toJson(payload, 'payload')
  const parsed = validatePayload('date.sent', schema, copy.json)
  checkDates(copy, parsed)
  return parsed
}

const refusedDate = (path: string): object => ({
  code: 'not_serializable',
  path,
  message: expect.stringMatching(
    /a Date, which the handler would receive as a string\. .*toISOString.*z\.coerce\.date/,
  ),
})

describe('a date in a payload', () => {
  test('is rejected if the schema keeps the string', () => {
    expect(() => read(z.object({ at: z.iso.datetime() }), { at: date })).toThrow(
      expect.objectContaining(refusedDate('payload.at')),
    )
  })

  test('is rejected in an unknown field that the schema keeps', () => {
    const schema = z.looseObject({ at: z.coerce.date() })
    expect(() => read(schema, { at: date, log: [{ 'seen at': date }] })).toThrow(
      expect.objectContaining(refusedDate('payload.log[0]["seen at"]')),
    )
  })

  test('is rejected if the event has no schema', () => {
    expect(() => read(eventType(), { at: date })).toThrow(expect.objectContaining(refusedDate('payload.at')))
  })

  test('is accepted in a field that the schema drops', () => {
    expect(read(z.object({ n: z.number() }), { n: 1, at: date })).toEqual({ n: 1 })
  })

  test('is accepted if the schema replaces the object that contains it', () => {
    const schema = z.object({ a: z.object({ at: z.string() }).nullable() }).transform(() => ({ a: null }))
    expect(() => read(schema, { a: { at: date } })).not.toThrow(NotSerializableError)
  })
})

describe('the issues of a payload', () => {
  test('are all reported, with their paths formatted as code', () => {
    const schema = z.object({ items: z.array(z.object({ 'unit price': z.number() })), name: z.string() })
    expect(() => validatePayload('order.priced', schema, { items: [{}, { 'unit price': '1' }] } as never)).toThrow(
      expect.objectContaining({
        event: 'order.priced',
        issues: [
          { path: 'payload.items[0]["unit price"]', message: expect.any(String) },
          { path: 'payload.items[1]["unit price"]', message: expect.any(String) },
          { path: 'payload.name', message: expect.any(String) },
        ],
      }),
    )
  })

  test('of an asynchronous schema reject, those of a synchronous one throw', async () => {
    const slow = z.object({ n: z.number().refine(async (n) => n > 0) })
    await expect(validatePayload('n.sent', slow, { n: -1 })).rejects.toBeInstanceOf(PayloadInvalidError)
    expect(() => validatePayload('n.sent', z.object({ n: z.number() }), { n: 'x' })).toThrow(PayloadInvalidError)
  })
})
