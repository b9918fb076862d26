import type { JobStatus } from '@cgk-platform/jobs-core'

import { altered, withRuns, withStatus } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'

/** Faults in what jobs, runs and their status are, in hooks and in logging. */
export const brokenTerms: readonly BrokenProvider[] = [
  ...breaking('terms', {
    'runs the first subscriber alone': {
      caughtBy: [
        'three-subscribers-three-runs',
        'one-failure-fails-the-job',
        'running-until-the-last-run-ends',
        'subscribers-retry-apart',
      ],
      wrap: (provider) =>
        altered(provider, {
          attach: (host) =>
            provider.attach!({
              ...host,
              jobs: { ...host.jobs, subscribers: (event) => host.jobs.subscribers(event).slice(0, 1) },
            }),
        }),
    },
    'leaves a job without subscribers in the queue': {
      caughtBy: ['no-subscriber-completes', 'wait-until-ended'],
      wrap: (provider) =>
        withStatus(provider, (status) =>
          status.runs.length === 0 && status.state === 'completed' ? { ...status, state: 'queued' } : status,
        ),
    },
    "takes the first run's state for the job's": {
      caughtBy: [
        'one-failure-fails-the-job',
        'running-until-the-last-run-ends',
        'subscribers-retry-apart',
        'status-from-a-client-without-definitions',
      ],
      wrap: (provider) =>
        withStatus(provider, (status) => ({ ...status, state: status.runs[0]?.state ?? status.state })),
    },
    'tells handlers other run ids than the status': {
      caughtBy: ['three-subscribers-three-runs', 'context-fields'],
      wrap: (provider) => withRuns(provider, (run) => ({ ...run, id: `run_${run.id}` })),
    },
    'tells the time of the reading as the end': {
      caughtBy: ['running-until-the-last-run-ends', 'status-scheduled', 'status-running'],
      wrap: (provider, clock) => withStatus(provider, (status) => ({ ...status, endedAt: new Date(clock.now()) })),
    },
    'drops the code of errors': {
      caughtBy: ['status-failed', 'status-retrying'],
      wrap: (provider) =>
        withRuns(provider, ({ error, ...run }) =>
          error ? { ...run, error: { name: 'Error', message: error.message } } : run,
        ),
    },
    'shares its records with the reader': {
      caughtBy: ['status-is-a-copy'],
      wrap(provider) {
        const kept = new Map<string, JobStatus>()
        return withStatus(provider, (status) => {
          const known = kept.get(status.id) ?? status
          if (status.state === 'completed') kept.set(status.id, known)
          return known
        })
      },
    },
    'reads a job by the beginning of its id': {
      caughtBy: ['status-unknown-id'],
      wrap(provider) {
        const ids: string[] = []
        return altered(provider, {
          async send(envelopes) {
            ids.push(...envelopes.map(({ id }) => id))
            return provider.send(envelopes)
          },
          status: async (id) => provider.status(ids.find((known) => id.length > 10 && known.startsWith(id)) ?? id),
        })
      },
    },
    'lists oldest first': {
      caughtBy: ['list-filters'],
      wrap: (provider) =>
        altered(provider, {
          async list(query) {
            const page = await provider.list!(query)
            return { ...page, jobs: page.jobs.toReversed() }
          },
        }),
    },
    'begins each page at the start': {
      caughtBy: ['list-pages'],
      wrap: (provider) => altered(provider, { list: ({ cursor: _, ...query }) => provider.list!(query) }),
    },
    'ignores the filters of a list': {
      caughtBy: ['list-filters'],
      wrap: (provider) =>
        altered(provider, { list: ({ state: _state, event: _event, ...query }) => provider.list!(query) }),
    },
    'lists jobs without their runs': {
      caughtBy: ['list-agrees-with-status'],
      wrap: (provider) =>
        altered(provider, {
          async list(query) {
            const page = await provider.list!(query)
            return { ...page, jobs: page.jobs.map((job) => ({ ...job, runs: [] })) }
          },
        }),
    },
    'lists nothing, though it says that it lists': {
      caughtBy: ['list-filters', 'list-pages', 'list-agrees-with-status'],
      wrap: (provider) => altered(provider, { list: async () => ({ jobs: [] }) }),
    },
    'tells no time of the next attempt, though it says that it does': {
      caughtBy: ['status-retrying'],
      wrap: (provider) =>
        altered(provider, {
          async status(id) {
            const status = await provider.status(id)
            return status && { ...status, runs: status.runs.map(({ nextAttemptAt: _, ...run }) => run) }
          },
        }),
    },
    'tells no beginning, though it says that it does': {
      caughtBy: ['status-running', 'status-started-at', 'list-agrees-with-status'],
      wrap: (provider) =>
        altered(provider, {
          async status(id) {
            const status = await provider.status(id)
            if (!status) return status
            const { startedAt: _, ...copy } = status
            return { ...copy, runs: copy.runs.map(({ startedAt: _of, ...run }) => run) }
          },
        }),
    },
  }),
  ...breaking('hooks', {
    'calls no hooks': {
      caughtBy: ['hooks-of-attempts'],
      wrap: (provider) => altered(provider, { attach: (host) => provider.attach!({ ...host, hooks: undefined }) }),
    },
    'lets hooks break its attempts': {
      caughtBy: ['hooks-that-throw'],
      wrap: (provider) =>
        altered(provider, {
          async send(envelopes) {
            if (envelopes.some(({ tenantId }) => tenantId.includes('hooks-throw'))) throw new Error('a hook threw')
            return provider.send(envelopes)
          },
        }),
    },
    'gives handlers a logger without their ids': {
      caughtBy: ['logger-carries-the-ids'],
      wrap: (provider) =>
        altered(provider, {
          attach: ({ logger, ...host }) => provider.attach!({ ...host, logger: { ...logger, child: () => logger } }),
        }),
    },
    'logs what it sends': {
      caughtBy: ['payloads-and-keys-are-not-logged'],
      wrap(provider) {
        let log: (line: unknown) => void = () => undefined
        return altered(provider, {
          attach(host) {
            log = (line) => host.logger.debug(line)
            provider.attach!(host)
          },
          send(envelopes) {
            log(envelopes)
            return provider.send(envelopes)
          },
        })
      },
    },
  }),
]
