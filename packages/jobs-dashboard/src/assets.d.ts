// The pages, built by `vite build ui`.
declare module '*/ui/dist/assets.js' {
  /** The path of the script of the pages: `assets/main-<hash>.js`. */
  export const script: string
  /** The paths of its stylesheets. */
  export const styles: readonly string[]
  /** All files by path, with their contents compressed by gzip, in Base64. */
  export const files: Readonly<Record<string, { readonly type: string; readonly gzip: string }>>
}
