import { Dialog } from '../parts/dialog.tsx'

/** Shows code to copy by hand. */
export function CodeDialog({ title, code, onClose }: { title: string; code: string; onClose: () => void }) {
  return (
    <Dialog title={title} onClose={onClose}>
      <textarea class="input" readOnly rows={12} aria-label="Code" value={code} />
      <div class="actions">
        <button type="button" class="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  )
}
