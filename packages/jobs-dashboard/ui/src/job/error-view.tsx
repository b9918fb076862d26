import type { ErrorInfoJson } from '../../../src/api-types.ts'
import { Icon } from '../parts/icon.tsx'

/** An error with its stack and causes. */
export function ErrorView({ error, title }: { error: ErrorInfoJson; title: string }) {
  return (
    <div class="error-view" data-tone="red">
      <h3>
        <Icon name="cross" />
        {title}
      </h3>
      <OneError error={error} />
    </div>
  )
}

function OneError({ error }: { error: ErrorInfoJson }) {
  const { name, message, code, stack, cause } = error
  return (
    <>
      <p class="message">
        {name !== 'Error' && <strong>{name}</strong>}
        {code !== undefined && <span class="tag">{code}</span>}
        <span>{message}</span>
      </p>
      {stack !== undefined && (
        <details>
          <summary class="small muted">Stack</summary>
          <pre class="stack" tabIndex={0} role="region" aria-label="Stack">
            {withoutTitle(stack, message)}
          </pre>
        </details>
      )}
      {cause && (
        <div class="cause">
          <h4 class="muted small">Caused by</h4>
          <OneError error={cause} />
        </div>
      )}
    </>
  )
}

/** Returns the frames of a stack, without the name and message that stand above it. */
function withoutTitle(stack: string, message: string): string {
  const at = stack.indexOf('\n    at ')
  return at >= 0 && (message === '' || stack.slice(0, at).includes(message)) ? stack.slice(at + 1) : stack
}
