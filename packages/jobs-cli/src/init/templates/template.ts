import type { App } from '../app/app.ts'

/** A file that `init` adds to an app. */
export interface TemplateFile {
  /** From the app's folder, with `/`. */
  readonly path: string
  readonly contents: string
  /** What to do by hand where the app has a file of this path already, which is left as it is. */
  readonly otherwise?: string
}

/** A type annotation where the app is in TypeScript, otherwise nothing. */
export function typed({ style }: App, annotation: string): string {
  return style.isTypeScript ? annotation : ''
}

/** The line with which a module of the app's own loads another, beside it, for its effect. */
export function loadLine({ style }: App, module: string): string {
  const path = `'./${module}${style.importExtension}'`
  return style.extension === '.mjs' ? `require(${path})` : `import ${path}`
}

/** How the module of the app's jobs is imported from a folder so many levels below it. */
export function jobsImport({ jobsModule, style }: App, levels = 0): string {
  return `${levels === 0 ? './' : '../'.repeat(levels)}${jobsModule}${style.importExtension}`
}
