import type { Figures } from './figures.ts'

/** The figures of the file, counted by other means than this program, to reveal its errors. */
export const expectedFigures: Readonly<Record<string, Partial<Figures>>> = {
  'united-kingdom': { orders: 272, refunds: 26, sales: 10_238_861, refunded: 171_953 },
  norway: { orders: 1, refunds: 0, sales: 191_914, refunded: 0 },
  france: { orders: 1, refunds: 0, sales: 85_586, refunded: 0 },
  eire: { orders: 3, refunds: 1, sales: 57_788, refunded: 750 },
  germany: { orders: 2, refunds: 2, sales: 41_683, refunded: 13_930 },
  australia: { orders: 1, refunds: 0, sales: 35_825, refunded: 0 },
  netherlands: { orders: 1, refunds: 0, sales: 19_260, refunded: 0 },
}

/** The expected figures of all shops. */
export const expectedTotal: Partial<Figures> = {
  orders: 281,
  refused: 12,
  refunds: 29,
  lines: 5217,
  sales: 10_670_917,
  refunded: 186_633,
}
