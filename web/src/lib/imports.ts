// An import batch as the server keeps it, and the small helpers both pages use.
import { isNumber } from './format'

export interface ImportBatch {
  id: string
  record: string
  file_name: string
  state: 'UPLOADED' | 'CHECKING' | 'CHECKED' | 'COMMITTING' | 'COMMITTED' | 'UNDONE' | 'FAILED'
  sheet_note?: string | null
  total_rows?: number
  good_rows?: number
  bad_rows?: number
  warning_rows?: number
  created_rows?: number
  changed_rows?: number
  same_rows?: number
  done_rows?: number
  failure?: string | null
  created_at?: number
  updated_at?: number
  user_name?: string
}
export interface ImportProblem {
  number?: number | string
  sheet?: string | null
  row_number?: number
  row?: number
  column_no?: number
  column?: string | number | null
  header?: string | null
  field?: string | null
  code: string
  message: string
  cure?: string | null
  is_warning?: boolean | number
  value?: string | null
}
export const isBusy = (b: ImportBatch | null): boolean => !!b && ['UPLOADED', 'CHECKING', 'COMMITTING'].includes(b.state)
export const partDone = (b: ImportBatch): number | null =>
  isNumber(b.done_rows) && isNumber(b.total_rows) && b.total_rows! > 0 ? Math.min(1, b.done_rows! / b.total_rows!) : null

// 1 → A, 27 → AA: the column as the spreadsheet program names it.
export function columnName(n: number): string {
  let text = ''
  for (let k = n; k > 0; k = Math.floor((k - 1) / 26)) text = String.fromCharCode(65 + ((k - 1) % 26)) + text
  return text
}
export function cellName(p: ImportProblem): string {
  const row = p.row_number ?? p.row
  const column = typeof p.column_no === 'number' ? p.column_no : typeof p.column === 'number' ? p.column : 0
  if (typeof p.column === 'string') return `${p.column}${row ?? ''}`
  return column > 0 ? `${columnName(column)}${row ?? ''}` : String(row ?? '')
}
