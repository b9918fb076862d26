import { lazyPage } from '../app/lazy-page.tsx'

/** `CodeDialog`, whose code is loaded when it is opened. */
export const LazyCodeDialog = lazyPage(async () => (await import('./code-dialog.tsx')).CodeDialog, { fallback: null })
