/** Replaces a part of a file. The rest of the file stays as it is. */
export interface TextEdit {
  readonly start: number
  readonly end: number
  readonly text: string
}
