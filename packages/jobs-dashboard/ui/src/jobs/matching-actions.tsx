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
export function MatchingActions({
  from,
  about,
  shows,
  onDone,
}: {
  from: JobQuery
  /** Names the jobs, if a page has several such actions. */
  about?: string
  /** Whether to show an action. Default: both. */
  shows?: Readonly<Record<'retry' | 'cancel', boolean>>
  onDone: () => void
}) {
  const [open, setOpen] = useState<'retry' | 'cancel'>()
  const noFilter = hasCondition(from) ? undefined : 'Choose a filter first.'
  return (
    <>
      {actions
        .filter(({ action }) => may(action) && (shows?.[action] ?? true))
        .map(({ action, label, icon, feature }) => (
          <ActionButton
            key={action}
            icon={icon}
            why={whyUnsupported(feature) ?? noFilter}
            about={about}
            onClick={() => setOpen(action)}
          >
            {label}
          </ActionButton>
        ))}
      {open && <ChangeMatchingDialog action={open} from={from} onClose={() => setOpen(undefined)} onDone={onDone} />}
    </>
  )
}
