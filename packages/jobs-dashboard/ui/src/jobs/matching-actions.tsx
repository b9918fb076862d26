import { useState } from 'preact/hooks'

import { lazyPage } from '../app/lazy-page.tsx'
import { may, whyUnsupported } from '../app/session.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { hasCondition, type JobQuery } from './job-query.ts'

const ChangeMatchingDialog = lazyPage(async () => (await import('./change-matching-dialog.tsx')).ChangeMatchingDialog, {
  fallback: null,
})

const actions = [
  { action: 'retry', label: 'Retry all…', icon: 'rotate', feature: 'retryJob' },
  { action: 'cancel', label: 'Cancel all…', icon: 'slash', feature: 'cancelJob of a waiting job' },
] as const

/** The actions on all jobs that match the filter. */
export function MatchingActions({ from, onDone }: { from: JobQuery; onDone: () => void }) {
  const [open, setOpen] = useState<'retry' | 'cancel'>()
  const noFilter = hasCondition(from) ? undefined : 'Choose a filter first.'
  return (
    <>
      {actions
        .filter(({ action }) => may(action))
        .map(({ action, label, icon, feature }) => (
          <ActionButton
            key={action}
            icon={icon}
            why={whyUnsupported(feature) ?? noFilter}
            onClick={() => setOpen(action)}
          >
            {label}
          </ActionButton>
        ))}
      {open && <ChangeMatchingDialog action={open} from={from} onClose={() => setOpen(undefined)} onDone={onDone} />}
    </>
  )
}
