import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { expect, it, onTestFinished } from 'vitest'

import { createGateway, PaymentDeclinedError } from '../src/gateway.ts'
import { createJournal } from '../src/journal.ts'

const chargeMany = fileURLToPath(new URL('charge-many.ts', import.meta.url))

it('charges a key once, however often it is requested', async () => {
  const gateway = createGateway()
  const first = await gateway.charge({ idempotencyKey: 'order', amount: 1000 })
  expect(await gateway.charge({ idempotencyKey: 'order', amount: 1000 })).toEqual(first)
  expect(await gateway.charge({ idempotencyKey: 'another', amount: 1000 })).not.toEqual(first)
})

it('rejects a repeated key with another amount', async () => {
  const gateway = createGateway()
  await gateway.charge({ idempotencyKey: 'order', amount: 1000 })
  await expect(gateway.charge({ idempotencyKey: 'order', amount: 1001 })).rejects.toThrow('another amount')
})

it('declines amounts that end in 65 twice, then accepts them', async () => {
  const gateway = createGateway()
  const charge = () => gateway.charge({ idempotencyKey: 'order', amount: 1065 })
  await expect(charge()).rejects.toThrow(PaymentDeclinedError)
  await expect(charge()).rejects.toThrow(PaymentDeclinedError)
  expect(await charge()).toMatchObject({ amount: 1065 })
})

it('separates payments and refunds with the same key', async () => {
  const gateway = createGateway()
  const payment = await gateway.charge({ idempotencyKey: 'order', amount: 1000 })
  const refund = await gateway.refund({ idempotencyKey: 'order', amount: 400 })
  expect(refund).toMatchObject({ amount: 400 })
  expect(refund.id).not.toBe(payment.id)
})

it('counts over all processes that share a journal', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'storefront-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const charges = Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, [chargeMany, folder]))
  const answers = (await Promise.all(charges)).flatMap(({ stdout }) => stdout.trim().split('\n'))
  const timesOf = (answer: string) => answers.filter((each) => each === answer).length
  expect(timesOf('declined')).toBe(25 * 2)
  expect(answers).toHaveLength(4 * 25)
  expect(new Set(answers).size).toBe(1 + 25)
})

it('always declines a customer whose number ends in 4', async () => {
  const gateway = createGateway()
  const charge = () => gateway.charge({ idempotencyKey: 'order', amount: 1000, customerId: '17854' })
  for (let attempt = 1; attempt <= 6; attempt++) await expect(charge()).rejects.toThrow(PaymentDeclinedError)
})

it('books each movement once, and nothing that was declined', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'storefront-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const path of [undefined, join(folder, 'gateway.jsonl')]) {
    const gateway = createGateway(createJournal(path))
    expect(await gateway.books()).toEqual([])
    await expect(gateway.charge({ idempotencyKey: 'declined', amount: 105 })).rejects.toThrow(PaymentDeclinedError)
    const { id: paymentId } = await gateway.charge({ idempotencyKey: 'order', amount: 1000 })
    const refund = { idempotencyKey: 'order', paymentId, amount: 400 }
    const { id } = await gateway.refund(refund)
    await gateway.refund(refund)
    expect(await gateway.books()).toEqual([
      { id: paymentId, kind: 'payment', amount: 1000, paymentId: undefined },
      { id, kind: 'refund', amount: 400, paymentId },
    ])
  }
})
