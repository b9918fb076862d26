import { InvalidOptionError, UnsupportedFeatureError } from '@cgk-platform/jobs-core/errors'
import { expect, test } from 'vitest'

import { openSides } from '../../test/kit/open-sides.ts'

const payload = { tenantId: 'acme', number: 1 }
const tags = ['jobs', 'jobs:acme', 'tenant:acme', 'event:work.asked']

test('the options of a send are those of the job’s run', async () => {
  const { library, server } = await openSides()
  const options = { machine: 'large-1x', tags: ['vip', 'import:7'] } as const
  await library.sendJob('work.asked', payload, { providerOptions: { 'trigger.dev': options } })
  await library.sendJob('work.asked', payload, { providerOptions: { 'trigger.dev': { tags: 'vip' } } })
  await library.sendJob('work.asked', payload)
  expect(server.runs().map((run) => [run.machine, run.tags, run.ttl])).toEqual([
    ['large-1x', [...tags, 'vip', 'import:7'], undefined],
    [undefined, [...tags, 'vip'], undefined],
    [undefined, tags, undefined],
  ])
})

test('a job that has not started within its `ttl` is `expired`', async () => {
  const { library } = await openSides()
  const { id } = await library.sendJob('work.asked', payload, { providerOptions: { 'trigger.dev': { ttl: '1s' } } })
  expect(await library.waitForJob(id, { timeout: '20s' })).toMatchObject({ state: 'expired' })
})

test.each([
  [['jobs'], 'contains `jobs`'],
  ['tenant:other', 'contains `tenant:other`'],
  [['restart-of:run_1'], 'contains `restart-of:run_1`'],
  [['a', 'b', 'c', 'd', 'e', 'f'], 'has 6 tags'],
  [['a', 'b', 'c', 'd', 'e'], 'has 5 tags', 'order_1'],
])('the tags %j are refused', async (wrong, problem, reference?: string) => {
  const { library, server } = await openSides()
  const sent = library.sendJob('work.asked', payload, {
    reference,
    providerOptions: { 'trigger.dev': { tags: wrong } },
  })
  const error = await sent.catch((thrown: unknown) => thrown)
  expect(InvalidOptionError.isInstance(error) && error.message).toContain(problem)
  expect(server.runs()).toEqual([])
})

test('an option of definitions is refused', async () => {
  const { library } = await openSides()
  const providerOptions = { 'trigger.dev': { description: 'x' } as object }
  const error = await library.sendJob('work.asked', payload, { providerOptions }).catch((thrown: unknown) => thrown)
  expect(UnsupportedFeatureError.isInstance(error) && error.message).toContain(
    'The options are `machine`, `tags`, `ttl`.',
  )
})
