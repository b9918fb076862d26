import { showToast } from '../app/toasts.ts'
import { copyText } from './copy-text.ts'
import { Icon } from './icon.tsx'

/** A small button that copies a text. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const copy = async () => {
    if (!(await copyText(text, 'Copied.'))) showToast('failed', 'The browser does not allow copying. Select the text.')
  }
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={() => void copy()}>
      <Icon name="copy" />
    </button>
  )
}
