import { Icon } from './icon.tsx'
import { stateLook } from './states.ts'

/** A state as an icon and a word; as a badge with a background. */
export function StateLabel({ state, badge = false }: { state: string; badge?: boolean }) {
  const { tone, icon, label } = stateLook(state)
  return (
    <span class={badge ? 'state badge' : 'state'} data-tone={tone}>
      <Icon name={icon} spin={state === 'running'} />
      {label}
    </span>
  )
}
