import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

import { Icon, type IconName } from './icon.tsx'

/** A button. With `why` it does nothing and says why: it keeps the focus, so that everyone can read the reason. */
export function ActionButton({
  icon,
  kind = '',
  why,
  busy = false,
  about,
  onClick,
  children,
}: {
  icon?: IconName
  kind?: 'primary' | 'danger' | 'plain' | ''
  why?: string | undefined
  busy?: boolean
  /** Names its object, for those who cannot see what is beside it. */
  about?: string | undefined
  onClick: () => void
  children: ComponentChildren
}) {
  const id = useId()
  const isOff = why !== undefined || busy
  return (
    <>
      <button
        type="button"
        class={`button ${kind}`}
        aria-disabled={isOff ? 'true' : undefined}
        aria-describedby={why === undefined ? undefined : id}
        title={why}
        onClick={() => {
          if (!isOff) onClick()
        }}
      >
        {icon && <Icon name={busy ? 'spinner' : icon} spin={busy} />}
        {children}
        {about !== undefined && <span class="visually-hidden"> {about}</span>}
      </button>
      {why !== undefined && (
        <span id={id} class="visually-hidden">
          {why}
        </span>
      )}
    </>
  )
}
