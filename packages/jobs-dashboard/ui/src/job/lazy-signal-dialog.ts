import { lazyPage } from '../app/lazy-page.tsx'

/** `SignalDialog`, whose code is loaded when it is opened. */
export const LazySignalDialog = lazyPage(async () => (await import('./signal-dialog.tsx')).SignalDialog, {
  fallback: null,
})
