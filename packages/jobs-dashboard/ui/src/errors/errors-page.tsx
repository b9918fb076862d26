import { useState } from 'preact/hooks'

import { tenant } from '../app/session.ts'
import { formatNumber } from '../parts/format-count.ts'
import { ErrorGroups } from './error-groups.tsx'

/** The failures of now by definition and error. */
export function ErrorsPage() {
  const [count, setCount] = useState<number>()
  return (
    <>
      <div class="page-head">
        <h1>Errors</h1>
        {count !== undefined && <span class="muted count">{formatNumber(count)}</span>}
        {tenant.value !== undefined && <span class="tag clip">{tenant.value}</span>}
      </div>
      <ErrorGroups limit={100} onCount={setCount} />
    </>
  )
}
