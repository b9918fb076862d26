import type { ComponentChildren } from 'preact'

import { Icon, type IconName } from './icon.tsx'

/** Says why there is nothing to see, and what to do. */
export function Empty({
  icon,
  title,
  compact = false,
  children,
}: {
  icon: IconName
  title: string
  compact?: boolean
  children?: ComponentChildren
}) {
  return (
    <div class={compact ? 'empty compact' : 'empty'}>
      {!compact && <Icon name={icon} />}
      <h2>{title}</h2>
      {children}
    </div>
  )
}
