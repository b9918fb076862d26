import { useState } from 'preact/hooks'

import { lazyPage } from '../app/lazy-page.tsx'
import { may, whyUnsupported } from '../app/session.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { hasCondition, type JobQuery } from './job-query.ts'

/** Counts the jobs that match, asks, and changes them. */
export const LazyChangeMatchingDialog = lazyPage(
  async () => (await import('./change-matching-dialog.tsx')).ChangeMatchingDialog,
  { fallback: null },
)

/** An action on all jobs of a filter. */
export type MatchingAction = 'retry' | 'cancel'

const actions = [
  { action: 'retry', label: 'Retry all…', icon: 'rotate', feature: 'retryJob' },
  { action: 'cancel', label: 'Cancel all…', icon: 'slash', feature: 'cancelJob of a waiting job' },
] as const

/** The actions on all jobs that match the filter. */
export function MatchingActions({ from, onDone }: { from: JobQuery; onDone: () => void }) {
  const [action, setAction] = useState<MatchingAction>()
  return (
    <>
      <MatchingButtons from={from} onChoose={setAction} />
      {action && (
        <LazyChangeMatchingDialog action={action} from={from} onClose={() => setAction(undefined)} onDone={onDone} />
      )}
    </>
  )
}

/** The buttons of these actions. */
export function MatchingButtons({
  from,
  about,
  shows,
  onChoose,
}: {
  from: JobQuery
  /** Names the jobs, if a page has several such buttons. */
  about?: string
  /** Whether to show an action. Default: both. */
  shows?: Readonly<Record<MatchingAction, boolean>>
  onChoose: (action: MatchingAction) => void
}) {
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
            onClick={() => onChoose(action)}
          >
            {label}
          </ActionButton>
        ))}
    </>
  )
}
