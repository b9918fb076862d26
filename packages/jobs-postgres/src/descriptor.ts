import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

export type { PostgresTransaction } from './database/transaction-clients.ts'

/** Describes the PostgreSQL engine. */
export const postgresEngine: EngineDescriptor = {
  name: 'postgres',
  title: 'PostgreSQL',
  packageName: '@cgk-platform/jobs-postgres',
  runsInProcess: true,
  variables: [
    {
      name: 'DATABASE_URL',
      purpose: 'URL of the PostgreSQL database that stores the jobs.',
      isGeneral: true,
      example: { value: 'postgres://postgres:password@localhost:5432/postgres' },
    },
  ],
  setup: {
    label: 'PostgreSQL',
    hint: 'in your own processes, on any number of machines; in a database that you have',
    doctorConfig: (): object => ({ role: 'send' }),
    sendRemark: 'sends the first job and runs it',
  },
}
