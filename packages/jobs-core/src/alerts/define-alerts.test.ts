import { afterEach, describe, expect, test } from 'vitest'

import { createFakeProvider } from '../../test/kit/fake-provider.ts'
import { createJobs } from '../client/create-jobs.ts'
import { processJobs } from '../jobs/job-registry.ts'
import { findUnsupported } from '../provider/check-support.ts'
import { type AlertsOptions, defineAlerts } from './define-alerts.ts'

const notify = () => undefined
const rules: AlertsOptions['rules'] = [{ kind: 'failures' }]
const define = (options: object) => defineAlerts({ rules, notify, ...options } as AlertsOptions)

afterEach(() => {
  for (const { id } of processJobs().all()) processJobs().remove(id)
})

describe('alerts', () => {
  test('are a cron job of every minute, whose ticks do not overlap', () => {
    expect(define({})).toMatchObject({
      kind: 'cron',
      id: 'alerts',
      schedule: { schedule: '* * * * *', timezone: 'UTC' },
      overlap: 'skip',
      concurrency: { limit: 1 },
      enabled: true,
    })
    expect(define({ id: 'paging', schedule: '*/5 * * * *', enabled: false })).toMatchObject({
      id: 'paging',
      schedule: { schedule: '*/5 * * * *' },
      enabled: false,
    })
    expect(processJobs().get('paging')).toBeDefined()
  })

  test('belong to one `createJobs`', async () => {
    const jobs = createJobs({ provider: createFakeProvider() })
    expect(jobs.defineAlerts({ rules, notify })).toBe(jobs.definitions[0])
    expect(processJobs().all()).toEqual([])
    await jobs.close()
  })

  test('need of the engine what their rules read', () => {
    const missing = ['inspect.countJobs: exact', 'inspect.listWorkers'] as const
    const engine = createFakeProvider({ name: 'hosted', without: [...missing] })
    const featuresOf = (...given: AlertsOptions['rules']) =>
      findUnsupported(engine, define({ rules: given })).map(({ message }) => message)
    expect(featuresOf({ kind: 'failures' }, { kind: 'cron' }, { kind: 'health' })).toEqual([])
    expect(featuresOf({ kind: 'waiting' }, { kind: 'backlog', moreThan: 5 }, { kind: 'workers' })).toEqual([
      expect.stringContaining('`hosted` does not support `inspect.countJobs: exact`, which `alerts` uses.'),
      expect.stringContaining('`hosted` does not support `inspect.listWorkers`, which `alerts` uses.'),
    ])
  })
})

describe('wrong options', () => {
  const rule = (kind: string, more: object = {}) => ({ rules: [{ kind, ...more }] })

  test.each([
    [{ rules: undefined }, '`rules` is missing. Pass an array of rules'],
    [{ rules: {} }, '`rules` is an object, not an array'],
    [{ rules: [] }, '`rules` is empty'],
    [rule('failure'), '`rules[0].kind` is `failure`. Did you mean `failures`? Use'],
    [{ rules: [undefined] }, '`rules[0].kind` is missing'],
    [{ rules: [...rules, ...rules] }, '`rules[1].name` is `failures`, as of another rule. Give each rule a `name`'],
    [rule('failures', { share: 10 }), '`rules[0].share` is `10`. Pass a number from 0 to 1'],
    [rule('failures', { within: '5s' }), '`rules[0].within` is 5000 ms. Pass at least one minute'],
    [rule('failures', { longerThan: '5m' }), '`rules[0].longerThan` is not an option of a rule of kind `failures`'],
    [rule('waiting', { longerThan: 5 }), '`rules[0].longerThan` is 5 ms'],
    [rule('backlog'), '`rules[0].moreThan` is missing'],
    [rule('backlog', { moreThan: 100_000 }), '`rules[0].moreThan` is `100000`. Pass a whole number from 0 to 99999.'],
    [rule('cron', { lateBy: '1s' }), '`rules[0].lateBy` is 1000 ms'],
    [rule('workers', { fewerThan: 0 }), '`rules[0].fewerThan` is `0`'],
    [rule('health', { definitionId: 'work' }), '`rules[0].definitionId` is not an option of a rule of kind `health`'],
    [{ notify: undefined }, '`notify` is missing. Pass a function'],
    [{ notify: 'https://example.com' }, '`notify` names no receiver'],
    [{ notify: { slack: 'example.com' } }, '`notify.slack` is not an HTTP URL'],
    [{ notify: { webhook: 'https://example.com' } }, '`notify.secret` is missing. Create one'],
    [{ notify: { webhook: 'https://example.com', secret: 'whsec_short' } }, '`notify.secret` is not `whsec_` with 24'],
    [{ schedule: 'hourly' }, 'schedule'],
    [{ tenantId: '' }, '`tenantId` is empty'],
    [{ retry: {} }, '`retry` is not an option of `defineAlerts`'],
  ])('%j is refused', (options, message) => {
    expect(() => define(options)).toThrow(expect.objectContaining({ code: 'invalid_definition' }))
    expect(() => define(options)).toThrow(message)
  })
})
