import { signal } from '@preact/signals'

import { Dialog } from '../parts/dialog.tsx'
import { shortcuts } from './preferences.ts'

/** True while the dialog with the shortcuts is open. */
export const helpIsOpen = signal(false)

const keys = [
  ['j', 'Next job'],
  ['k', 'Previous job'],
  ['Enter', 'Open the job'],
  ['x', 'Select the job'],
  ['r', 'Retry the selected jobs, or the current one'],
  ['c', 'Cancel the selected jobs, or the current one'],
  ['/', 'Go to the filters'],
  ['?', 'Show this help'],
] as const

/** Lists the keyboard shortcuts, and turns them off. */
export function HelpDialog() {
  if (!helpIsOpen.value) return null
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
