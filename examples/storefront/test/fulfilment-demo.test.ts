import { expect, it } from 'vitest'

import { runAltered, demo } from './demo-process.ts'

const totals = /^All +137 +110 +6 +11 +16 +£56,572\.07 +£16,824\.64 +£39,747\.43$/m

it('fulfils the orders of a day, shows a row for each shop and exits with 0', () => {
  const { status, stdout, stderr } = demo(['fulfilment'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^United Kingdom +130 +104 +5 +10 +16 +£52,429\.36 +£14,905\.50 +£37,523\.86$/m)
  expect(stdout).toMatch(/^Norway +1 +0 +0 +1 +0 +£1,919\.14 +£1,919\.14 +£0\.00$/m)
  expect(stdout).toMatch(totals)
  expect(stdout).toMatch(/^Failed +10 orders had nothing to pay, 6 cards were declined five times/m)
  expect(stdout).toMatch(/^Compensated +9 were sold out after payment: charge compensated\.$/m)
  expect(stdout).toMatch(/^ +2 parcels went back to the sender: pack, then charge compensated\.$/m)
  expect(stdout).toMatch(/^Mail +115 confirmations/m)
  expect(stdout).toContain('run `./dev demo --store sqlite` and kill it half-way.')
  expect(stdout).toContain('Taken minus refunded equals sold, to the penny')
})

it('gets the same figures on Inngest', () => {
  const { status, stdout, stderr } = demo(['fulfilment', '--provider', 'inngest'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain("Inngest's SDK and a loopback engine in this process")
  const figures = (text: string): string => text.slice(text.indexOf('\nShop '))
  expect(figures(stdout)).toBe(figures(demo(['fulfilment']).stdout))
})

it('does not start on a configured Inngest server, which runs in real time', () => {
  const { status, stderr } = demo(['fulfilment', '--provider', 'inngest'], { INNGEST_BASE_URL: 'http://127.0.0.1:1' })
  expect(status).toBe(1)
  expect(stderr).toContain('a server runs in real time: unset INNGEST_BASE_URL')
})

it.each([
  [
    'every payment attempt has a different key',
    'src/fulfil-order.ts',
    'charge({ idempotencyKey,',
    'charge({ idempotencyKey: idempotencyKey + Math.random(),',
    'failed at charge, expected completed',
  ],
  [
    "another order's event counts as the delivery",
    'src/fulfil-order.ts',
    "match: 'orderId', ",
    '',
    'completed, expected completed after a chase',
  ],
  [
    'packed goods are not returned',
    'src/fulfil-order.ts',
    'compensate: (_parcel,',
    'onCompensation: (_parcel,',
    'order 536409',
  ],
])('exits with 1 if %s', (_what, file, right, wrong, fault) => {
  const { status, stdout } = runAltered(file, right, wrong, ['fulfilment'])
  expect(status).toBe(1)
  expect(stdout).toMatch(/^Wrong /m)
  expect(stdout).toContain(fault)
  expect(stdout).not.toContain('to the penny')
})
