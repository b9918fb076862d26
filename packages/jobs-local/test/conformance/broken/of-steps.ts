import type { LocalProvider } from '../../../src/local-provider.ts'
import { altered, withRuns } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'
import { survivingRestarts } from './surviving-restarts.ts'
import { tellingEachPass, withSteps, withWorkflows } from './with-steps.ts'

let made = 0

/** One thing at a time, whoever asks. */
function inTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work, work)
    last = next.catch(() => undefined)
    return next
  }
}

/** Workflows that are wrong in what a step is. */
export const brokenSteps: readonly BrokenProvider[] = breaking('workflows', {
  'runs a completed step again in each pass': {
    caughtBy: [
      'workflow-step-completed-once',
      'workflow-awaits-other-things',
      'workflow-code-throws',
      'workflow-retry-goes-on',
    ],
    wrap: (provider) => withSteps(provider, (step) => ({ run: (id, ...rest) => step.run(`${id}-${++made}`, ...rest) })),
  },
  'begins from the start after a restart': {
    caughtBy: ['workflow-survives-a-restart'],
    wrap: (provider) =>
      withSteps(
        altered(provider, { capabilities: survivingRestarts(provider.capabilities) }) as LocalProvider,
        (step) => ({
          run: (id, ...rest) => step.run(`${id}-${++made}`, ...rest),
        }),
      ),
    restart: async () => undefined,
  },
  'does not try a step again': {
    caughtBy: [
      'workflow-step-retries',
      'workflow-step-own-retry',
      'workflow-step-timeout',
      'workflow-step-non-retryable',
    ],
    wrap: (provider) =>
      withSteps(provider, (step) => ({
        run: (id, work, options) => step.run(id, work, { ...options, retry: { maxAttempts: 1 } }),
      })),
  },
  'loses what a step returned': {
    caughtBy: ['workflow-steps-in-order', 'workflow-condition'],
    wrap: (provider) =>
      withSteps(provider, (step) => ({ run: (...given) => step.run(...given).then(() => undefined) })),
  },
  'does one step after the other': {
    caughtBy: [
      'workflow-parallel-steps',
      'workflow-race',
      'workflow-race-with-a-sleep',
      'workflow-runs-jobs-side-by-side',
    ],
    wrap: (provider) =>
      withSteps(provider, (step) => {
        const inTurn = inTurns()
        return {
          run: (...given) => inTurn(() => step.run(...given)),
          sleep: (...given) => inTurn(() => step.sleep(...given)),
          runJob: (...given) => inTurn(() => step.runJob(...given)),
        }
      }),
  },
  'fails a run whose code caught a failure': {
    caughtBy: ['workflow-caught-failure', 'workflow-all-settled', 'workflow-send-refused', 'workflow-job-that-fails'],
    wrap: (provider) =>
      withWorkflows(provider, (definition) => ({
        ...definition,
        async steps(event, step, context) {
          const failures: unknown[] = []
          const noted = Object.entries(step).map(([name, call]) => [
            name,
            (...given: readonly unknown[]) =>
              (call as (...all: readonly unknown[]) => Promise<unknown>)(...given).catch((error: unknown) => {
                failures.push(error)
                throw error
              }),
          ])
          const output = await definition.steps(event, Object.fromEntries(noted) as typeof step, context)
          if (failures.length > 0) throw failures[0]
          return output
        },
      })),
  },
  'makes a text of what JSON cannot carry, and cuts what is too large': {
    caughtBy: ['workflow-step-result-not-json'],
    wrap: (provider) =>
      withSteps(provider, (step) => ({
        run: (id, work, options) => step.run(id, async (context) => String(await work(context)).slice(0, 100), options),
      })),
  },
  'does not tell of the steps': {
    caughtBy: ['workflow-steps-in-status', 'workflow-loop', 'workflow-undo-retries', 'workflow-undo-that-fails'],
    wrap: (provider) => withRuns(provider, ({ steps: _, ...run }) => run),
  },
  'does not try the code between the steps again': {
    caughtBy: ['workflow-code-throws', 'workflow-code-fails', 'workflow-code-failure-compensates'],
    wrap: (provider) =>
      withWorkflows(provider, (definition) => ({ ...definition, retry: { ...definition.retry, maxAttempts: 1 } })),
  },
  'tells hooks of each replay': { caughtBy: ['workflow-hooks'], wrap: tellingEachPass },
})
