import { whyUnsupported } from '../app/session.ts'

/** Says whether the list follows changes. */
export function LiveBadge({ isLive }: { isLive: boolean }) {
  const note = whyUnsupported('inspect.subscribe: push')
  return (
    <span class="live" data-tone={isLive ? 'green' : 'gray'} title={note ?? 'Changes appear by themselves'}>
      <span class="dot" />
      {isLive ? 'Live' : 'Connecting'}
    </span>
  )
}
