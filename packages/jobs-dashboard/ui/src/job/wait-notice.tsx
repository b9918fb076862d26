import { describeWait } from '@cgk-platform/jobs-core/tools'

import type { JobJson } from '../../../src/api-types.ts'
import { hrefToJob } from '../app/router.ts'
import { Icon } from '../parts/icon.tsx'
import { formatTime } from '../time/format-time.ts'

/** Says why a job or a run waits, with links to the jobs that it waits for. */
export function WaitNotice({ subject, waiting }: { subject: string; waiting: NonNullable<JobJson['waiting']> }) {
  const jobs = waiting.kind === 'limit' ? waiting.heldBy : waiting.kind === 'job' ? [waiting.jobId] : []
  return (
    <p class="notice" data-tone="gray">
      <Icon name="hourglass" />
      <span>
        {subject} {describeWait<string>(waiting, (time) => formatTime(time))}.
        {jobs.map((id) => (
          <a key={id} class="text-link listed mono" href={hrefToJob(id)}>
            {id}
          </a>
        ))}
      </span>
    </p>
  )
}
