import type { RequestError } from '../api/request-error.ts'
import { CodeText } from './code-text.tsx'
import { Empty } from './empty.tsx'

/** Says why a page cannot be shown. */
export function Failure({ error }: { error: RequestError }) {
  return error.status === 404 ? (
    <Empty icon="info" title="Not found">
      <p>It does not exist, the engine no longer has it, or it belongs to a tenant that you may not see.</p>
    </Empty>
  ) : (
    <Empty icon="warning" title="This cannot be shown">
      <p>
        <CodeText text={error.message} />
      </p>
    </Empty>
  )
}
