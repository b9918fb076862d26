import type { AsJson } from './as-json.ts'

/** The output of a run of a definition, of any kind, after JSON. */
export type OutputOf<D> = AsJson<Awaited<ReturnOf<D>>>

type ReturnOf<D> = D extends { readonly kind: 'batch'; handler(...given: never): infer Returned }
  ? ItemOf<Awaited<Returned>>
  : D extends { steps(...given: never): infer Returned }
    ? Returned
    : D extends { handler(...given: never): infer Returned }
      ? Returned
      : never

type ItemOf<Outputs> = Outputs extends readonly (infer Output)[] ? Output : never
