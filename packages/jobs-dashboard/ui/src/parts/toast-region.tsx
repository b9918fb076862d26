import { closeToast, toasts } from '../app/toasts.ts'
import { CodeText } from './code-text.tsx'
import { Icon } from './icon.tsx'

/** The messages about actions. A screen reader reads them when they appear. */
export function ToastRegion() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, kind, text }) => (
        <div key={id} class="toast" data-tone={kind === 'done' ? 'green' : 'red'}>
          <Icon name={kind === 'done' ? 'check' : 'cross'} />
          <span>
            <CodeText text={text} />
          </span>
          <button type="button" class="icon-button" aria-label="Close the message" onClick={() => closeToast(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  )
}
