// The books of the money as the server reads them: statements, budgets, the bank's answers, corrections. No sum is
// made here; every one comes with its rows.
import { get, type Query } from '../api'
import { label, t } from '../i18n'
import { money } from './format'

export interface Standing { owed_fen?: number; in_payment_fen?: number; paid_fen?: number; to_recover_fen?: number; balance_fen?: number }
export interface Movement extends Standing {
  id: string; at: number; event: string; event_title: string; debit: string; credit: string; amount_fen: number
  claim_id: string | null; policy_id: string | null; policy_title: string | null; instalment: string | null; decision_id: string | null
  line_no: number | null; batch_id: string | null; batch_number: string | null
  adjustment_id: string | null; adjustment_kind: string | null; correction_id: string | null
  person_id: string | null; employer_id: string | null; payee_name: string | null
}
export interface Account { account: string; title: string; is_budget: boolean; opening_fen: number; debit_fen: number; credit_fen: number; closing_fen: number }
export interface Statement {
  name: string | null; fund: string | null; fund_title: string | null
  accounts: Account[]; debit_fen: number; credit_fen: number
  events: { event: string; title: string; count: number; amount_fen: number }[]
  opening: Standing; closing: Standing; brought: Standing
  items: Movement[]; total: number; amount_fen: number; next: string | null
}
export interface Fund extends Standing { payer: string; payer_name: string | null; fund: string; fund_title: string; year: number; movements: number }
export interface Funds extends Standing { items: Fund[]; movements: number }
export interface Budget {
  budget_id: string | null; payer: string; payer_name: string | null; fund: string; fund_title: string; year: number
  amount_fen: number | null; reserved_fen: number; used_fen: number; free_fen: number | null
  under_way: number; under_way_fen: number; exceeds_fen: number | null
  claims: { policy_id: string; policy_title: string; state: string; count: number; amount_fen: number }[]
}
export interface Difference { code: string; text: string; cure: string; is_fen: number; must_fen: number; difference_fen: number }
export interface OpenItem { code: string; text: string; cure: string; count: number; amount_fen: number }
export interface BankSums {
  ordered_fen: number; lines_fen: number; paid_fen: number; refused_fen: number; waiting_fen: number; offset_fen: number; recorded_fen: number
  book_locked_fen: number; book_paid_fen: number; book_returned_fen: number; book_offset_fen: number; book_in_payment_fen: number; difference_fen: number
}
export interface SettledBatch extends BankSums {
  id: string; number: string; state: string; payer_name: string | null; fund_title: string; lines: number; sent_at: number | null
  return_files: number; return_lines?: number; returned_at?: number; differences: Difference[]; open: OpenItem[]
}
export interface Settlement extends BankSums { items: SettledBatch[]; is_settled: boolean }

// What a statement is of, as it stands in the address.
const SUBJECT = ['payer', 'fund', 'year', 'person_id', 'employer_id', 'org_id'] as const
const ASKED = [...SUBJECT, 'account', 'from', 'until'] as const
export type Asked = Partial<Record<(typeof ASKED)[number], string>>
export function asked(query: Record<string, unknown>): Asked {
  return Object.fromEntries(ASKED.filter((k) => typeof query[k] === 'string' && query[k] !== '').map((k) => [k, String(query[k])]))
}
export const hasSubject = (a: Asked): boolean => SUBJECT.some((k) => a[k])
export const ledgerRoute = (a: Record<string, string | number>): string => `/ledger?${new URLSearchParams(Object.entries(a).map(([k, v]) => [k, String(v)])).toString()}`
export const fundRoute = (f: { payer: string; fund: string; year: number }, account = ''): string => ledgerRoute({ payer: f.payer, fund: f.fund, year: f.year, ...(account ? { account } : {}) })

export const statement = (a: Asked, page: Query): Promise<Statement> => get<Statement>('/books/statement', { ...a, ...page })

// Names of funds come as words within a sentence.
export const named = (text: string | null): string => label({ zh: text ?? '', en: text ?? '' })

// A balance as a bookkeeper says it: on the debit side, on the credit side, or even.
export function sided(fen: number): string {
  return fen === 0 ? t('ledger.even') : `${t(fen > 0 ? 'ledger.dr' : 'ledger.cr')} ${money(Math.abs(fen), true)}`
}
