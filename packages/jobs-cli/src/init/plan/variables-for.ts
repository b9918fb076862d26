import type { Provider } from '../app/app.ts'

/** A line of a `.env`. */
export interface Variable {
  readonly name: string
  readonly value: string
  /** Said above it. */
  readonly comment?: string
  /** True where it is only to be found there, in a comment. */
  readonly isOff?: true
}

/** The variables of an engine, as they are while one develops; no secret among them. */
export function variablesFor(provider: Provider): Variable[] {
  const engine: Variable = { name: 'JOB_PROVIDER', value: provider, comment: 'The engine of the jobs.' }
  switch (provider) {
    case 'local':
      return [
        engine,
        {
          name: 'JOB_LOCAL_PATH',
          value: './jobs.db',
          comment:
            'A file that keeps the jobs, and that several processes share (Node 22.13 or later); without it they are in memory.',
          isOff: true,
        },
      ]
    case 'inngest':
      return [
        engine,
        { name: 'INNGEST_DEV', value: '1', comment: "Inngest's dev server, on this machine. Not in production." },
        { name: 'INNGEST_EVENT_KEY', value: '', comment: 'In production, of the dashboard:', isOff: true },
        { name: 'INNGEST_SIGNING_KEY', value: '', isOff: true },
      ]
    case 'trigger.dev':
      return [
        engine,
        {
          name: 'TRIGGER_SECRET_KEY',
          value: '',
          comment: 'The secret key of an environment, as the dashboard shows it: `tr_dev_…` for development.',
        },
        {
          name: 'TRIGGER_API_URL',
          value: 'http://127.0.0.1:8031',
          comment: 'A server in place of the cloud, such as that of `trigger-offline`, which needs no account.',
          isOff: true,
        },
      ]
  }
}
