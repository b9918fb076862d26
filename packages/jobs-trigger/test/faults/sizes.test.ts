import { PayloadTooLargeError } from '@cgk-platform/jobs-core'
import { describe, expect, test } from 'vitest'

import { triggerCapabilities } from '../../src/capabilities.ts'
import { failureOf, page, refusal } from '../kit/faults.ts'
import { openSender } from '../kit/open-sender.ts'
import { letFail, requestsOf } from '../kit/requests.ts'
import { expectNoSecrets, secretWord } from '../kit/secrets.ts'

const limitBytes = triggerCapabilities.maxPayloadBytes
const around = JSON.stringify({ tenantId: 'acme', data: '' }).length

/** A payload of so many bytes as JSON, of a character that has so many of them there. */
function payloadOf(bytes: number, character: string): { tenantId: string; data: string } {
  const each = new TextEncoder().encode(JSON.stringify(character)).length - 2
  const data = character.repeat(Math.floor((bytes - around) / each))
  return { tenantId: 'acme', data: data + 'x'.repeat((bytes - around) % each) }
}

const characters = [
  { name: 'letters', character: 'x' },
  { name: 'quotes, which are escaped', character: '"' },
  { name: 'control characters, which are six letters each', character: '\u0001' },
  { name: 'letters of three bytes', character: '€' },
  { name: 'faces, of four bytes', character: '😀' },
]

describe.each(characters)('a payload of $name', ({ character }) => {
  test('over the limit is refused before any request, with both sizes, and without the payload', async () => {
    const { client, server, logger } = await openSender()
    const payload = payloadOf(limitBytes + 1, character)
    const error = await failureOf(client.sendJob('work.asked', payload))
    expect(error).toBeInstanceOf(PayloadTooLargeError)
    expect(error).toMatchObject({ code: 'payload_too_large', bytes: limitBytes + 1, limitBytes })
    expect(error.message.length).toBeLessThan(500)
    expect(server.requests).toEqual([])
    expect(JSON.stringify(logger.lines)).not.toContain(character.repeat(10))
  })

  test('at the limit is taken, without a store for large ones, and stays what it was', async () => {
    const { client, server } = await openSender()
    const payload = payloadOf(limitBytes, character)
    await client.sendJob('work.asked', payload)
    const [run] = server.runs()
    expect(run!.payload.dataType).toBe('application/super+json')
    const { json } = JSON.parse(run!.payload.data!) as { json: { envelope: { payload: unknown } } }
    expect(json.envelope.payload).toEqual(payload)
    // Over this it would go through the store, which many servers lack.
    expect(Buffer.byteLength(run!.payload.data!)).toBeLessThan(128 * 1024)
  })
})

test('the number of its letters is not what counts: one that only escaping makes too large is refused', async () => {
  const { client, server } = await openSender()
  const data = '"'.repeat(limitBytes / 2)
  const error = await failureOf(client.sendJob('work.asked', { tenantId: 'acme', data }))
  expect(error).toMatchObject({ code: 'payload_too_large', bytes: around + limitBytes })
  expect(server.requests).toEqual([])
})

test('in a batch it stops none of the others', async () => {
  const { client, server } = await openSender()
  const results = await client.sendJobs([
    { event: 'work.asked', payload: { tenantId: 'acme' } },
    { event: 'work.asked', payload: payloadOf(limitBytes + 1, 'x') },
    { event: 'work.asked', payload: { tenantId: 'acme' } },
  ])
  expect(results.map(({ ok }) => ok)).toEqual([true, false, true])
  expect(server.runs()).toHaveLength(2)
})

describe('a payload over the limit of a server that takes less', () => {
  test.each([
    { name: '413 of something before it', fault: page(413), says: 'the payload is over the limit of the server' },
    { name: '413 of its own', fault: refusal(413, 'Request body too large'), says: '413 (Request body too large)' },
  ])('$name: refused at once, in words, and without the payload in them', async ({ fault, says }) => {
    const { client, server, logger } = await openSender()
    letFail(server, 'send', fault)
    const error = await failureOf(client.sendJob('work.asked', { tenantId: 'acme', data: secretWord }))
    expect(error).toMatchObject({ code: 'send_failed', accepted: 'no' })
    expect(error.message).toContain(says)
    expect(requestsOf(server, 'send')).toHaveLength(1)
    expectNoSecrets(error, logger.lines)
  })
})
