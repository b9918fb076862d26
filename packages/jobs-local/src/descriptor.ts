import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'
import type { DoctorConfigOptions } from '@cgk-platform/jobs-core/tools'

/** Describes the local engine. */
export const localEngine: EngineDescriptor = {
  name: 'local',
  title: 'the local engine',
  packageName: '@cgk-platform/jobs-local',
  runsInProcess: true,
  isFallback: true,
  variables: [
    {
      name: 'JOB_LOCAL_PATH',
      purpose:
        'File that stores the jobs and that several processes can share (Node 22.13 or later). Without it, jobs are in memory.',
      mistakes: [
        'JOB_LOCAL_FILE',
        'JOB_LOCAL_DB',
        'JOB_LOCAL_DATABASE',
        'JOB_LOCAL_DIR',
        'JOB_LOCAL_URL',
        'JOB_LOCAL_STORE',
      ],
      example: { value: './jobs.db', isCommentedOut: true },
    },
  ],
  setup: {
    label: 'Local',
    hint: 'in your own process, in memory or in a file; no account',
    ownFiles: ['jobs.db*'],
    file: { variable: 'JOB_LOCAL_PATH', node: '>=22.13' },
    doctorConfig: ({ variables }: DoctorConfigOptions): object => (variables['JOB_LOCAL_PATH'] ? { role: 'send' } : {}),
    sendRemark: 'sends the first job and runs it',
  },
}
