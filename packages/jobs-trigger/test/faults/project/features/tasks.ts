import { defineJob, defineWorkflow, type JobContext } from '@cgk-platform/jobs-core'
import { toErrorInfo } from '@cgk-platform/jobs-core/provider'
import { metadata, streams, tags, task, tasks, wait } from '@trigger.dev/sdk'

import { createTriggerTasks } from '../../../../src/tasks.ts'
import { record } from '../../../kit/journal.ts'
import '../events.ts'
import { journalLogger } from '../journal-logger.ts'

/** The names of the features that a payload can choose. */
export type Feature = keyof typeof features

async function* words(): AsyncGenerator<string> {
  yield 'one'
  yield 'two'
}

/** Calls of the SDK inside a handler. */
const features = {
  async metadata() {
    metadata.set('progress', 0.5).increment('pages', 2).append('log', 'begun')
    await metadata.flush()
    return metadata.get('progress')
  },
  async replace() {
    metadata.replace({ progress: 1 })
    await metadata.flush()
    return 'replaced'
  },
  tags: () => tags.add('import:7'),
  async streams() {
    const { waitUntilComplete } = streams.pipe('words', words())
    await waitUntilComplete()
    await streams.append('lines', 'a line')
  },
  async waitFor() {
    await wait.for({ seconds: 6 })
    return 'waited'
  },
  async token({ jobId }: JobContext) {
    const token = await wait.createToken({ timeout: '1h', tags: ['approval'] })
    record('asked', { jobId, token: token.id })
    return wait.forToken<{ by: string }>(token.id).unwrap()
  },
  async task() {
    const result = await tasks.triggerAndWait<typeof double>('double', { value: 21 })
    return result.ok ? result.output : 'failed'
  },
  async parallelWaits() {
    await Promise.all([wait.for({ seconds: 6 }), wait.for({ seconds: 7 })])
  },
}

export const double = task({ id: 'double', run: async ({ value }: { value: number }) => value * 2 })

const choose = (data: unknown): Feature => (data as { feature: Feature }).feature
const perform = (data: unknown, context: JobContext): Promise<unknown> => {
  record('handled', { jobId: context.jobId, attempt: context.attempt })
  return Promise.resolve(features[choose(data)](context))
}
const onFailure = (error: Error, _: unknown, { jobId }: JobContext): void =>
  record('onFailure', { jobId, ...toErrorInfo(error), stack: undefined })

const work = defineJob({
  id: 'work',
  event: 'work.asked',
  retry: { maxAttempts: 2, backoff: 'fixed', initialDelay: 100 },
  handler: ({ payload }, context) => perform(payload.data, context) as Promise<undefined>,
  onFailure,
})

const hurried = defineJob({
  id: 'hurried',
  event: 'work.counted',
  timeout: '2s',
  retry: { maxAttempts: 1 },
  handler: ({ payload }, context) => perform(payload.data, context) as Promise<undefined>,
  onFailure,
})

const flow = defineWorkflow({
  id: 'flow',
  event: 'work.followed',
  retry: { maxAttempts: 1 },
  steps: ({ payload }, step) => step.run('feature', () => features[choose(payload.data)]({} as JobContext) as never),
})

createTriggerTasks({ jobs: [work, hurried, flow], logger: journalLogger })
