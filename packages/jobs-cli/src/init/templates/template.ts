import type { App } from '../app/app.ts'

/** A file that `init` adds to an app. */
export interface TemplateFile {
  /** Relative to the app's folder, with `/`. */
  readonly path: string
  readonly contents: string
  /** Instructions for a change by hand, if the app already has this file. */
  readonly ifExists?: string
}

/** Returns the annotation for a TypeScript app, otherwise an empty string. */
export function ifTypeScript({ style }: App, annotation: string): string {
  return style.isTypeScript ? annotation : ''
}

/** Returns the line that loads a module in the same folder for its side effects. */
export function importLine({ style }: App, module: string): string {
  const path = `'./${module}${style.importExtension}'`
  return style.extension === '.mjs' ? `require(${path})` : `import ${path}`
}

/** Returns the import path of the app's jobs from a folder this many levels below. */
export function jobsImportPath({ jobsModule, style }: App, levels = 0): string {
  return `${levels === 0 ? './' : '../'.repeat(levels)}${jobsModule}${style.importExtension}`
}
