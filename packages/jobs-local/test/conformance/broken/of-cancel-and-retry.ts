import type { JobProvider, JobStatus } from '@cgk-platform/jobs-core'
import {
  type Clock,
  type Envelope,
  type JobHost,
  jobStateOf,
  newestRuns,
  runAttempt,
} from '@cgk-platform/jobs-core/provider'

import type { LocalProvider } from '../../../src/local-provider.ts'
import { altered, withHandlers, withRuns, withStatus } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'

/** Cancels only a job that it is told to, by the state that the job is in. */
function cancelling(provider: LocalProvider, cancels: (status: JobStatus) => boolean): JobProvider {
  return altered(provider, {
    async cancel(id) {
      const status = await provider.status(id)
      if (status && cancels(status)) await provider.cancel(id)
    },
  })
}

/** Tells that a job was cancelled, whatever becomes of it. */
function onlySayingSo(provider: LocalProvider, says: (status: JobStatus) => boolean): JobProvider {
  const cancelled = new Set<string>()
  return {
    ...withStatus(provider, (status) =>
      cancelled.has(status.id)
        ? {
            ...status,
            state: 'cancelled',
            endedAt: new Date(0),
            runs: status.runs.map((run) => ({ ...run, state: 'cancelled' })),
          }
        : status,
    ),
    async cancel(id) {
      const status = await provider.status(id)
      if (status && says(status)) cancelled.add(id)
      else await provider.cancel(id)
    },
  }
}

/** Runs definitions of a job again by itself, beside what the engine does. */
function runningAgain(
  provider: LocalProvider,
  clock: Clock,
  which: (status: JobStatus, asked: number) => readonly string[],
): JobProvider {
  const asked = new Map<string, number>()
  const envelopes = new Map<string, Envelope>()
  let host: JobHost | undefined
  return altered(provider, {
    attach(given) {
      host = given
      provider.attach!(given)
    },
    send(sent) {
      for (const envelope of sent) envelopes.set(envelope.id, envelope)
      return provider.send(sent)
    },
    async retry(id) {
      const count = (asked.get(id) ?? 0) + 1
      asked.set(id, count)
      const status = await provider.status(id)
      await provider.retry(id)
      for (const definitionId of status ? which(status, count) : []) {
        const signal = new AbortController().signal
        const runId = `${id}-again-${count}`
        void runAttempt(host!.jobs.get(definitionId)!, envelopes.get(id)!, {
          ...host!,
          jobId: id,
          runId,
          attempt: 1,
          signal,
          clock,
        })
      }
    },
  })
}

/** Faults in how jobs are cancelled and run again by hand. */
export const brokenCancelAndRetry: readonly BrokenProvider[] = breaking('cancelAndRetry', {
  'does not cancel': {
    caughtBy: ['cancel-scheduled', 'cancel-at-once', 'cancel-queued', 'cancel-running'],
    wrap: (provider) => altered(provider, { cancel: async () => undefined }),
  },
  'does not cancel what waits': {
    caughtBy: ['cancel-scheduled', 'cancel-queued', 'cancel-retrying', 'cancel-twice'],
    wrap: (provider) => cancelling(provider, ({ state }) => state === 'running'),
  },
  'does not cancel what runs': {
    caughtBy: ['cancel-at-once', 'cancel-running', 'cancel-what-is-left', 'a-late-result-does-not-count'],
    wrap: (provider) => cancelling(provider, ({ state }) => state !== 'running'),
  },
  'does not cancel what retries': {
    caughtBy: ['cancel-retrying', 'a-failed-attempt-frees-its-place'],
    wrap: (provider) => cancelling(provider, ({ state }) => state !== 'retrying'),
  },
  'loses a cancel that comes at once': {
    caughtBy: [
      'cancel-at-once',
      'cancel-queued',
      'cancel-running',
      'a-late-result-does-not-count',
      'a-cancel-from-within',
    ],
    wrap: (provider, clock) =>
      cancelling(provider, ({ createdAt, state }) => state === 'scheduled' || clock.now() > createdAt.getTime()),
  },
  'only says that a waiting job is cancelled': {
    caughtBy: ['cancel-scheduled'],
    wrap: (provider) => onlySayingSo(provider, ({ state }) => state === 'scheduled'),
  },
  'only says that a queued job is cancelled': {
    caughtBy: ['cancel-queued'],
    wrap: (provider) => onlySayingSo(provider, ({ state }) => state === 'queued'),
  },
  'only says that a retrying job is cancelled': {
    caughtBy: ['cancel-retrying'],
    wrap: (provider) => onlySayingSo(provider, ({ state }) => state === 'retrying'),
  },
  'only says that a running job is cancelled': {
    caughtBy: ['cancel-at-once', 'cancel-running', 'cancel-what-is-left', 'a-late-result-does-not-count'],
    wrap: (provider) => onlySayingSo(provider, ({ state }) => state === 'running'),
  },
  'does not tell the handler': {
    caughtBy: ['cancel-at-once', 'cancel-running', 'cancel-what-is-left'],
    wrap: (provider) =>
      withHandlers(provider, ({ context, handle }) =>
        handle({ context: { ...context, signal: new AbortController().signal } }),
      ),
  },
  'gives another reason than the cancel': {
    caughtBy: ['cancel-running'],
    wrap: (provider) =>
      withHandlers(provider, ({ context, handle }) => {
        const own = new AbortController()
        context.signal.addEventListener('abort', () => own.abort(new Error('stopped')))
        return handle({ context: { ...context, signal: own.signal } })
      }),
  },
  'lets a late result win': {
    caughtBy: ['a-late-result-does-not-count', 'a-blocked-loop-does-not-win'],
    wrap(provider) {
      const late = new Set<string>()
      return {
        ...withHandlers(provider, async ({ context, handle }) => {
          const output = await handle()
          late.add(context.runId)
          return output
        }),
        ...pickStatus(provider, (status) => {
          const runs = status.runs.map((run) =>
            run.state === 'cancelled' && late.has(run.id) ? { ...run, state: 'completed' as const } : run,
          )
          return runs.length === 0 ? status : { ...status, runs, state: jobStateOf(runs) }
        }),
      }
    },
  },
  'lets a late failure win': {
    caughtBy: ['a-late-failure-does-not-count', 'cancel-of-a-retry'],
    wrap(provider) {
      const late = new Set<string>()
      return {
        ...withHandlers(provider, async ({ context, handle }) => {
          try {
            return await handle()
          } catch (error) {
            if ((error as { code?: string }).code === 'failed_on_purpose') late.add(context.jobId)
            throw error
          }
        }),
        ...pickStatus(provider, (status) =>
          status.state === 'cancelled' && late.has(status.id) ? { ...status, state: 'failed' } : status,
        ),
      }
    },
  },
  'cancels what has ended': {
    caughtBy: ['cancel-what-is-left'],
    wrap(provider) {
      return withStatus(provider, (status) => {
        const runs = status.runs.map((run) =>
          status.state === 'cancelled' && run.state === 'completed' ? { ...run, state: 'cancelled' as const } : run,
        )
        return { ...status, runs }
      })
    },
  },
  'tells a cancelled job as failed': {
    caughtBy: ['cancel-scheduled', 'cancel-at-once', 'cancel-queued', 'cancel-running'],
    wrap: (provider) =>
      withStatus(provider, (status) => (status.state === 'cancelled' ? { ...status, state: 'failed' } : status)),
  },
  'calls onFailure for a cancelled job': {
    caughtBy: ['a-late-failure-does-not-count', 'on-failure-not-after-cancel'],
    wrap: (provider) =>
      withHandlers(provider, ({ definition, event, context, handle }) => {
        context.signal.addEventListener('abort', () => {
          if (definition.kind === 'job') void definition.onFailure?.(context.signal.reason as Error, event!, context)
        })
        return handle()
      }),
  },
  'does not retry': {
    caughtBy: [
      'retry-runs-failed-definitions-alone',
      'retry-links-its-run',
      'retry-reopens-the-job',
      'retry-at-once-twice',
    ],
    wrap: (provider) => altered(provider, { retry: async () => undefined }),
  },
  'retries all definitions': {
    caughtBy: ['retry-runs-failed-definitions-alone'],
    wrap: (provider, clock) =>
      runningAgain(provider, clock, ({ runs }) =>
        newestRuns(runs)
          .filter(({ state }) => state === 'completed')
          .map(({ definitionId }) => definitionId),
      ),
  },
  'retries as often as it is asked': {
    caughtBy: ['retry-at-once-twice'],
    wrap: (provider, clock) =>
      runningAgain(provider, clock, ({ runs }, asked) =>
        asked === 1 ? [] : runs.slice(0, 1).map(({ definitionId }) => definitionId),
      ),
  },
  'retries under another id': {
    caughtBy: [
      'retry-runs-failed-definitions-alone',
      'retry-links-its-run',
      'retry-reopens-the-job',
      'retry-at-once-twice',
    ],
    wrap(provider) {
      const envelopes = new Map<string, Envelope>()
      return altered(provider, {
        send(sent) {
          for (const envelope of sent) envelopes.set(envelope.id, envelope)
          return provider.send(sent)
        },
        async retry(id) {
          const envelope = envelopes.get(id)
          if (envelope) await provider.send([{ ...envelope, id: `${id}-again` }])
        },
      })
    },
  },
  'forgets which run was retried': {
    caughtBy: ['retry-links-its-run', 'retry-again'],
    wrap: (provider) => withRuns(provider, ({ retryOf: _, ...run }) => run),
  },
  'counts attempts on over a retry': {
    caughtBy: ['retry-links-its-run'],
    wrap: (provider) =>
      withHandlers(provider, ({ context, handle }) => {
        const before = Number(context.runId.split('-').at(-1)) - 1
        return handle({ context: { ...context, attempt: context.attempt + before } })
      }),
  },
  'takes the oldest run for the state of a retried job': {
    caughtBy: [
      'retry-links-its-run',
      'retry-reopens-the-job',
      'retry-again',
      'cancel-of-a-retry',
      'another-tenants-job-cannot-be-retried',
    ],
    wrap: (provider) =>
      withStatus(provider, (status) => (status.runs[0]?.state === 'failed' ? { ...status, state: 'failed' } : status)),
  },
  'tells only the newest runs': {
    caughtBy: ['retry-runs-failed-definitions-alone', 'retry-links-its-run', 'retry-at-once-twice', 'retry-again'],
    wrap: (provider) => withStatus(provider, (status) => ({ ...status, runs: newestRuns(status.runs) })),
  },
})

function pickStatus(provider: LocalProvider, change: (status: JobStatus) => JobStatus): Pick<JobProvider, 'status'> {
  return { status: withStatus(provider, change).status }
}
