import { lazyPage } from '../app/lazy-page.tsx'

/** `ChangeSelectedDialog`, whose code is loaded when it is opened. */
export const LazyChangeSelectedDialog = lazyPage(
  async () => (await import('./change-selected-dialog.tsx')).ChangeSelectedDialog,
  { fallback: null },
)
