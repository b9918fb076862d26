import { Dialog } from '../parts/dialog.tsx'
import { helpIsOpen } from './help-is-open.ts'
import { shortcuts } from './preferences.ts'

const keys = [
  ['j', 'Next job, or next part of a job'],
  ['k', 'Previous job, or previous part of a job'],
  ['Enter', 'Open the job'],
  ['x', 'Select the job'],
  ['r', 'Retry the selected jobs, or the current one'],
  ['c', 'Cancel the selected jobs, or the current one'],
  ['Esc', 'Close the details of a part'],
  ['/', 'Search'],
  ['?', 'Show this help'],
] as const

/** Lists the keyboard shortcuts, and turns them off. */
export function HelpDialog() {
  const close = () => (helpIsOpen.value = false)
  return (
    <Dialog title="Keyboard shortcuts" onClose={close}>
      <dl class="keys">
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={shortcuts.value === 'on'}
          onChange={(event) => (shortcuts.value = event.currentTarget.checked ? 'on' : 'off')}
        />
        Use single keys as shortcuts
      </label>
      <div class="actions">
        <button type="button" class="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  )
}
