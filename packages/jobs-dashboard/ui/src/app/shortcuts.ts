import { useEffect, useRef } from 'preact/hooks'

import { shortcuts } from './preferences.ts'

/** Runs a function when its key is pressed outside of fields and dialogs, unless the user turned shortcuts off. */
export function useShortcuts(actions: Readonly<Record<string, () => void>>): void {
  const latest = useRef(actions)
  latest.current = actions
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (shortcuts.value === 'off' || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      const target = event.target as Element
      if (target.closest('input:not([type="checkbox"]), textarea, select, dialog, [contenteditable]')) return
      if (document.querySelector('dialog[open]')) return
      // Enter follows the link, or presses the button.
      if (event.key === 'Enter' && target.closest('a, button, summary')) return
      const action = latest.current[event.key]
      if (!action) return
      event.preventDefault()
      action()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}
