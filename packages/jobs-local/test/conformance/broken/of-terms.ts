import type { JobStatus } from '@cgk-platform/jobs-core'

import { altered, withRuns, withStatus } from './altered.ts'
import { breaking, type BrokenProvider } from './broken-provider.ts'

/** Faults in what jobs, runs and their status are, in hooks and in logging. */
export const brokenTerms: readonly BrokenProvider[] = [
  ...breaking('terms', {
    'runs the first subscriber alone': {
      caughtBy: [],
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
      caughtBy: [],
      wrap: (provider) =>
        withStatus(provider, (status) =>
          status.runs.length === 0 && status.state === 'completed' ? { ...status, state: 'queued' } : status,
        ),
    },
    "takes the first run's state for the job's": {
      caughtBy: [],
      wrap: (provider) =>
        withStatus(provider, (status) => ({ ...status, state: status.runs[0]?.state ?? status.state })),
    },
    'tells handlers other run ids than the status': {
      caughtBy: [],
      wrap: (provider) => withRuns(provider, (run) => ({ ...run, id: `run_${run.id}` })),
    },
    'tells the time of the reading as the end': {
      caughtBy: [],
      wrap: (provider, clock) => withStatus(provider, (status) => ({ ...status, endedAt: new Date(clock.now()) })),
    },
    'drops the code of errors': {
      caughtBy: [],
      wrap: (provider) =>
        withRuns(provider, ({ error, ...run }) =>
          error ? { ...run, error: { name: 'Error', message: error.message } } : run,
        ),
    },
    'shares its records with the reader': {
      caughtBy: [],
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
      caughtBy: [],
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
      caughtBy: [],
      wrap: (provider) =>
        altered(provider, {
          async list(query) {
            const page = await provider.list!(query)
            return { ...page, jobs: page.jobs.toReversed() }
          },
        }),
    },
    'begins each page at the start': {
      caughtBy: [],
      wrap: (provider) => altered(provider, { list: ({ cursor: _, ...query }) => provider.list!(query) }),
    },
    'ignores the filters of a list': {
      caughtBy: [],
      wrap: (provider) =>
        altered(provider, { list: ({ state: _state, event: _event, ...query }) => provider.list!(query) }),
    },
    'lists jobs without their runs': {
      caughtBy: [],
      wrap: (provider) =>
        altered(provider, {
          async list(query) {
            const page = await provider.list!(query)
            return { ...page, jobs: page.jobs.map((job) => ({ ...job, runs: [] })) }
          },
        }),
    },
  }),
  ...breaking('hooks', {
    'calls no hooks': {
      caughtBy: [],
      wrap: (provider) => altered(provider, { attach: (host) => provider.attach!({ ...host, hooks: undefined }) }),
    },
    'lets hooks break its attempts': {
      caughtBy: [],
      wrap: (provider) =>
        altered(provider, {
          async send(envelopes) {
            if (envelopes.some(({ tenantId }) => tenantId.includes('hooks-throw'))) throw new Error('a hook threw')
            return provider.send(envelopes)
          },
        }),
    },
    'gives handlers a logger without their ids': {
      caughtBy: [],
      wrap: (provider) =>
        altered(provider, {
          attach: ({ logger, ...host }) => provider.attach!({ ...host, logger: { ...logger, child: () => logger } }),
        }),
    },
    'logs what it sends': {
      caughtBy: [],
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
