import { JobsError, NonRetryableError, type JobProvider } from '@cgk-platform/jobs-core'

import type { LocalProvider } from '../../../src/local-provider.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'
import { type LooseSteps, withSteps, withWorkflows } from './with-steps.ts'

/** Workflows that undo, cancel, retry and refuse wrongly. */
export const brokenRuns: readonly BrokenProvider[] = breaking('workflows', {
  'undoes nothing': {
    caughtBy: [
      'workflow-compensates-in-reverse',
      'workflow-undo-retries',
      'workflow-undo-that-fails',
      'workflow-compensates-siblings',
      'workflow-reports-after-the-undo',
      'workflow-code-failure-compensates',
      'workflow-cancel-compensates-where-asked',
      'workflow-retry-after-an-undo',
    ],
    wrap: (provider) =>
      withSteps(provider, (step) => ({
        run: (id, work, { compensate: _, ...options } = {}) => step.run(id, work, options),
      })),
  },
  'undoes what completed': {
    caughtBy: ['workflow-completed-is-not-undone'],
    wrap: (provider) => undoing(provider, (undo, ended) => ended.then(undo)),
  },
  'undoes what was cancelled': {
    caughtBy: ['workflow-cancel-does-not-compensate'],
    wrap(provider) {
      const undos = new Map<string, Undo>()
      const altered = undoing(provider, (undo, _ended, jobId) => undos.set(jobId, undo))
      return {
        ...altered,
        async cancel(id) {
          await provider.cancel(id)
          undos.get(id)?.()
        },
      }
    },
  },
  'does not tell a step of a cancel': {
    caughtBy: ['workflow-cancel-aborts-a-step'],
    wrap: (provider) =>
      withSteps(provider, (step) => ({
        run: (id, work, options) =>
          step.run(id, (context) => work({ ...context, signal: new AbortController().signal }), options),
      })),
  },
  'begins from the start in each run': {
    caughtBy: ['workflow-retry-goes-on'],
    wrap: (provider) =>
      withSteps(provider, (step, { context }) => ({
        run: (id, ...rest) => step.run(`${id}-${context.runId}`, ...rest),
      })),
  },
  'does not notice that a step is of another kind': {
    caughtBy: ['workflow-changed-step', 'workflow-wrong-ids'],
    wrap: (provider) =>
      withSteps(provider, (step) => ({
        run: (id, ...rest) => step.run(`run of ${id}.`, ...rest),
        sleep: (id, ...rest) => step.sleep(`sleep of ${id}.`, ...rest),
        waitForEvent: (id, ...rest) => step.waitForEvent(`wait of ${id}.`, ...rest),
      })),
  },
  'takes no step that is new': {
    caughtBy: ['workflow-forgotten-step'],
    wrap: (provider) => {
      const first = new Map<string, { id: string; pass: object }[]>()
      return withSteps(provider, (step, { context }) => {
        const pass = {}
        const known = first.get(context.runId) ?? []
        first.set(context.runId, known)
        const run: LooseSteps['run'] = (id, ...rest) => {
          if (known.every((one) => one.pass === pass)) known.push({ id, pass })
          else if (known.every((one) => one.id !== id)) throw new NonRetryableError(`\`${id}\` is new`)
          return step.run(id, ...rest)
        }
        return { run }
      })
    },
  },
  'does whatever it is asked for': {
    caughtBy: ['workflow-step-in-a-step', 'workflow-wrong-waits', 'workflow-step-after-the-end'],
    wrap: (provider) =>
      withSteps(provider, (step) => ({
        run: (id, work, options) =>
          step.run(id, work, options).catch((error: unknown) => {
            if (!isMistake(error)) throw error
            return work({ signal: new AbortController().signal })
          }),
        sleep: (id, duration) => step.sleep(id, Math.max(0, duration)),
      })),
  },
  'makes steps without an end': {
    caughtBy: ['workflow-without-an-end'],
    wrap: (provider) => withWorkflows(provider, (definition) => ({ ...definition, maxSteps: 1000 })),
  },
})

function isMistake(error: unknown): boolean {
  return JobsError.isInstance(error) && error.code === 'invalid_step'
}

type Undo = () => void

/** A provider that undoes steps at a moment of its own. */
function undoing(
  provider: LocalProvider,
  when: (undo: Undo, ended: Promise<unknown>, jobId: string) => unknown,
): JobProvider {
  return withWorkflows(provider, (definition) => ({
    ...definition,
    steps(event, step, context) {
      const undos: Undo[] = []
      const loose = step as unknown as LooseSteps
      const run: LooseSteps['run'] = (id, work, options = {}) => {
        const compensate = options['compensate'] as ((output: unknown, context: object) => unknown) | undefined
        const noted = async (given: Parameters<typeof work>[0]): Promise<unknown> => {
          const output = await work(given)
          if (compensate) undos.push(() => void compensate(output, { ...context, idempotencyKey: '' }))
          return output
        }
        return loose.run(id, noted, options)
      }
      const ended = Promise.resolve(definition.steps(event, { ...step, run } as typeof step, context))
      void Promise.resolve(when(() => undos.forEach((one) => one()), ended, context.jobId)).catch(() => undefined)
      return ended
    },
  }))
}
