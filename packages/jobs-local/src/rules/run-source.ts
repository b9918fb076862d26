/** Runs of a definition that may begin, within one claim. */
export interface RunSource<Run> {
  /** The definition's id, with a suffix if the definition has several sources. Sources of a tenant take turns by their names. */
  readonly name: string
  /** Returns the next tenant with such runs after one, or from one on, in the order of `compareText`. */
  nextTenant(after: string, isIncluded: boolean): string | undefined
  /** Claims up to `max` runs of a tenant. Fewer if no other may begin now. */
  claim(tenant: string, max: number): readonly Run[]
}
