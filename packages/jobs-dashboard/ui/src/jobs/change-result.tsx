import type { ChangedJson } from '../../../src/api-types.ts'
import { formatNumber } from '../parts/format-count.ts'

/** The progress of a change of many jobs, and those that could not be changed. */
export function ChangeResult({ result, total, done }: { result: ChangedJson; total: number; done: string }) {
  const { changed, skipped, failures, failed } = result
  const handled = changed + skipped + failures
  return (
    <div class="change-result" role="status">
      <progress max={Math.max(1, total)} value={Math.min(handled, total)} aria-label="Progress" />
      <p>
        <strong>
          {formatNumber(changed)} {done}
        </strong>
        {skipped > 0 && `, ${formatNumber(skipped)} left as they are, because their state does not allow it`}
        {failures > 0 && `, ${formatNumber(failures)} failed`}
        {total > handled && `, ${formatNumber(total - handled)} to go`}.
      </p>
      {failed.length > 0 && (
        <ul class="small failures">
          {failed.slice(0, 5).map(({ jobId, message }) => (
            <li key={jobId}>
              <code>{jobId}</code>: {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
