import { describe, expect, test } from 'vitest'
import * as z from 'zod/v4'

import { defineEvents } from './define-events.ts'
import { defineSignal, signalEvents } from './define-signal.ts'
import { eventType } from './event-type.ts'
import { processEvents } from './event-registry.ts'

const schema = z.object({ by: z.string() })

describe('defineSignal', () => {
  test('returns the signal, and declares an event that is not listed', () => {
    expect(defineSignal('one.approval', schema)).toEqual({ name: 'one.approval', payload: schema })
    expect(signalEvents(processEvents())).toContain('signal/one.approval')
    expect(processEvents().names()).not.toContain('signal/one.approval')
  })

  test.each(['', 'a b', '/a', 'x'.repeat(94), undefined, 5])('refuses the name %j', (name) => {
    expect(() => defineSignal(name as string, schema)).toThrow(
      /Cannot declare the signal .* `name` is not a valid name/,
    )
  })

  test.each([undefined, {}, 'text', () => schema])('refuses %s as its schema', (wrong) => {
    expect(() => defineSignal('wrong', wrong as never)).toThrow(/`schema` is not a Standard Schema/)
  })

  test('accepts the same schema again, and refuses another', () => {
    defineSignal('again', schema)
    defineSignal('again', z.object({ by: z.string() }))
    expect(() => defineSignal('again', z.object({ by: z.number() }))).toThrow(
      expect.objectContaining({ code: 'duplicate_event', event: 'signal/again' }),
    )
    defineSignal('typed', eventType<{ by: string }>())
    defineSignal('typed', eventType<{ by: string }>())
  })

  test('its prefix is reserved', () => {
    expect(() => defineEvents({ 'signal/mine': schema })).toThrow(/reserved prefix/)
  })

  test('its event has the issues of the payload, whose output it carries', async () => {
    defineSignal('parsed', z.object({ by: z.string().toUpperCase() }))
    const { validate } = processEvents().require('signal/parsed').schema['~standard']
    expect(await validate({ jobId: 'job_1', payload: { by: 'ada' } })).toEqual({
      value: { jobId: 'job_1', payload: { by: 'ADA' } },
    })
    expect(await validate({ jobId: 'job_1', payload: { by: 5 } })).toMatchObject({ issues: [{ path: ['by'] }] })
    expect(await validate({ jobId: 'job_1', payload: null })).toEqual({
      issues: [{ message: 'is null, not an object' }],
    })
  })
})
