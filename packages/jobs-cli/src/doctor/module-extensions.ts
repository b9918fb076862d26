/** Extensions of files with jobs. Sources come before compiled files. */
export const moduleExtensions = ['.ts', '.mts', '.tsx', '.js', '.mjs']
