import { signal } from '@preact/signals'

/** True while the dialog with the shortcuts is open. */
export const helpIsOpen = signal(false)
