/** What API Extractor's document model says of an export or of a member of one, as far as the reference shows it. */
export interface ApiItem {
  readonly kind: ApiKind
  /** Absent for constructors and index signatures. */
  readonly name?: string
  /** The comment with its stars; empty where there is none. */
  readonly docComment: string
  /** The declaration, in pieces; a reference names a type. */
  readonly excerptTokens: readonly { readonly kind: 'Content' | 'Reference'; readonly text: string }[]
  readonly members?: readonly ApiItem[]
}

/** The kinds of exports that the packages have, and of their members. */
export type ApiKind =
  | 'Function'
  | 'Class'
  | 'Interface'
  | 'TypeAlias'
  | 'Variable'
  | 'Constructor'
  | 'Method'
  | 'Property'
  | 'MethodSignature'
  | 'PropertySignature'
  | 'CallSignature'
  | 'IndexSignature'
