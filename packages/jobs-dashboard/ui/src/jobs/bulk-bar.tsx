import { may, whyUnsupported } from '../app/session.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Icon } from '../parts/icon.tsx'

/** The actions on the selected jobs. */
export function BulkBar({
  count,
  onChange,
  onClear,
}: {
  count: number
  onChange: (action: 'retry' | 'cancel') => void
  onClear: () => void
}) {
  return (
    <div class="bulk" role="region" aria-label="Selected jobs">
      <strong aria-live="polite">{count} selected</strong>
      <span class="spacer" />
      {may('retry') && (
        <ActionButton icon="rotate" why={whyUnsupported('retryJob')} onClick={() => onChange('retry')}>
          Retry
        </ActionButton>
      )}
      {may('cancel') && (
        <ActionButton
          icon="slash"
          kind="danger"
          why={whyUnsupported('cancelJob of a waiting job')}
          onClick={() => onChange('cancel')}
        >
          Cancel
        </ActionButton>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label="Clear the selection"
        title="Clear the selection"
        onClick={onClear}
      >
        <Icon name="close" />
      </button>
    </div>
  )
}
