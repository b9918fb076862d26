import type { ChangedJson } from '../../../src/api-types.ts'
import { formatNumber } from '../parts/format-count.ts'
import { describeReach } from './search-progress.tsx'

/** The progress of a change of many jobs, and those that could not be changed. @param total - `undefined`: not known */
export function ChangeResult({
  result,
  total,
  done,
}: {
  result: ChangedJson
  total: number | undefined
  done: string
}) {
  const { changed, skipped, failures, failed, isComplete, searchedTo } = result
  const handled = changed + skipped + failures
  const progress =
    total === undefined
      ? isComplete
        ? { max: 1, value: 1 }
        : {}
      : { max: Math.max(1, total), value: Math.min(handled, total) }
  return (
    <div class="change-result" role="status">
      <progress {...progress} aria-label="Progress" />
      <p>
        {total === undefined && !isComplete && describeReach(searchedTo, 'any')}
        <strong>
          {formatNumber(changed)} {done}
        </strong>
        {skipped > 0 && `, ${formatNumber(skipped)} left as they are, because their state does not allow it`}
        {failures > 0 && `, ${formatNumber(failures)} failed`}
        {total !== undefined && total > handled && `, ${formatNumber(total - handled)} to go`}.
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

/** Adds the numbers of a further request. */
export function addResults(before: ChangedJson | undefined, next: ChangedJson): ChangedJson {
  if (!before) return next
  return {
    ...next,
    matched: before.matched + next.matched,
    changed: before.changed + next.changed,
    skipped: before.skipped + next.skipped,
    failures: before.failures + next.failures,
    failed: [...before.failed, ...next.failed].slice(0, maxFailed),
  }
}

const maxFailed = 100
