import { expect, it } from 'vitest'

import { demo, runAltered } from './demo-process.ts'

it('keeps every limit, shows a row for each shop and exits with 0', () => {
  const { status, stdout, stderr } = demo(['rush'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^United Kingdom +130 +9 +0\.0 s +64\.5 s +30\.0 s +43\.6 s$/m)
  expect(stdout).toMatch(/^EIRE +2 +0 +0\.0 s +0\.5 s +30\.\d s +30\.\d s$/m)
  expect(stdout).toMatch(/^All +137 +10 +0\.0 s +64\.5 s +30\.0 s +43\.6 s$/m)
  expect(stdout).toMatch(/^Packing +4 parcels at once/m)
  expect(stdout).toContain('No limit was exceeded.')
})

it.each([
  ['mails have no throttle', 'src/rush-jobs.ts', "throttle: { limit: 10, period: '1s' },", '', 'more than 10 mails'],
  ['shops share a throttle', 'src/rush-jobs.ts', "key: 'tenantId', limit: 2,", 'limit: 20,', 'more than 2 requests'],
  ['there are five packers', 'src/rush-jobs.ts', '{ limit: 4 }', '{ limit: 5 }', '5 parcels at once'],
  [
    'a customer has two packers',
    'src/rush-jobs.ts',
    "'customerId', limit: 1",
    "'customerId', limit: 4",
    'one customer at',
  ],
  ['no order is urgent', 'src/demo/rush/run-rush.ts', 'priority: isExpress(order) ? 600 : 0', '', 'confirmed after'],
  ['nothing is paused', 'src/demo/rush/run-rush.ts', 'await client.pauseJobs', 'await client.resumeJobs', 'the outage'],
])('exits with 1 if %s', (_what, file, right, wrong, fault) => {
  const { status, stdout } = runAltered(file, right, wrong, ['rush'])
  expect(status).toBe(1)
  expect(stdout).toMatch(/^Wrong /m)
  expect(stdout).toContain(fault)
})
