// Stretches of days laid out as a calendar: which part of each month is of which kind. A stretch that explains a gap
// (an unverified month inside it) lies over the gap and takes its days.
import type { Milestone, Stretch } from './decision'

export interface Part { kind: string; left: number; width: number }
export interface MonthBox { days: Record<string, number>; parts: Part[]; milestones: (Milestone & { left: number })[] }
export interface Year { year: number; months: (MonthBox | null)[] }

const DAY = 86_400_000
const at = (date: string): number => Date.parse(`${date}T00:00:00Z`)
const lengthOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate()

// The kind of each day of a month: of stretches that overlap, the unverified one, which says why.
function kindsOf(stretches: Stretch[], year: number, month: number): string[] {
  const first = Date.UTC(year, month - 1, 1)
  const kinds = Array<string>(lengthOf(year, month)).fill('')
  for (const s of [...stretches].sort((a, b) => Number(a.kind === 'UNVERIFIED') - Number(b.kind === 'UNVERIFIED'))) {
    const from = Math.max(0, Math.round((at(s.from) - first) / DAY))
    const until = Math.min(kinds.length - 1, Math.round((at(s.until) - first) / DAY))
    for (let d = from; d <= until; d++) kinds[d] = s.kind
  }
  return kinds
}

function boxOf(stretches: Stretch[], milestones: Milestone[], year: number, month: number): MonthBox {
  const kinds = kindsOf(stretches, year, month)
  const days: Record<string, number> = {}
  const parts: Part[] = []
  kinds.forEach((kind, d) => {
    if (!kind) return
    days[kind] = (days[kind] ?? 0) + 1
    const last = parts[parts.length - 1]
    const left = (d / kinds.length) * 100
    if (last?.kind === kind && kinds[d - 1] === kind) last.width += 100 / kinds.length
    else parts.push({ kind, left, width: 100 / kinds.length })
  })
  const own = milestones.filter((m) => m.date.startsWith(`${year}-${String(month).padStart(2, '0')}`))
  return { days, parts, milestones: own.map((m) => ({ ...m, left: ((Number(m.date.slice(8, 10)) - 1) / kinds.length) * 100 })) }
}

// Days before the last break are told apart from those that count since.
export function sinceBreak(stretches: Stretch[]): Stretch[] {
  const last = stretches.filter((s) => s.kind === 'RESTART').map((s) => s.from).sort().pop() ?? ''
  return stretches.map((s) => (s.until < last && s.kind !== 'RESTART' && s.kind !== 'UNVERIFIED' ? { ...s, kind: 'BEFORE' } : s))
}

// From the first year with a stretch to the last, months outside of all stretches null.
export function calendar(stretches: Stretch[], milestones: Milestone[]): Year[] {
  if (!stretches.length) return []
  const dates = stretches.flatMap((s) => [s.from, s.until]).concat(milestones.map((m) => m.date)).sort()
  const first = dates[0]!.slice(0, 7)
  const last = dates[dates.length - 1]!.slice(0, 7)
  const years: Year[] = []
  for (let year = Number(first.slice(0, 4)); year <= Number(last.slice(0, 4)); year++) {
    const months = Array.from({ length: 12 }, (_, i) => {
      const month = `${year}-${String(i + 1).padStart(2, '0')}`
      return month < first || month > last ? null : boxOf(stretches, milestones, year, i + 1)
    })
    years.push({ year, months })
  }
  return years
}
