/** The path under which the dashboard is mounted, without a slash at its end. */
export const basePath: string = document.documentElement.dataset['base'] ?? ''
