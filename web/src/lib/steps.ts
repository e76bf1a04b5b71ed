// What GET /claims/{id}/steps says, laid along the policy's way: each step with who took it in this round, the one that is
// next, and what happened beside the way (returned, objected to, earlier rounds).
export interface Delegate { name: string; relation: string; reason: string; evidence: string }
export interface Done { number: number; step: string; event: string; hand: string; stead: string; at: number; reason: string; dueOn: string; untilOn: string; late: boolean; delegate?: Delegate }
export interface WayStep { code: string; name: string; event: string; office: string; noticeDays: number; withinDays: number; state: 'done' | 'wait' | 'next' | 'future'; done?: Done }
export interface Steps { way: WayStep[]; aside: Done[]; dueOn: string }

type Any = Record<string, unknown>
const text = (x: unknown): string => (x === null || x === undefined ? '' : String(x))
const num = (x: unknown): number => Number(x) || 0
const list = (x: unknown): Any[] => (Array.isArray(x) ? (x as Any[]) : [])
const dayOf = (at: number): string => new Date((at + 8 * 3600) * 1000).toISOString().slice(0, 10) // the ledger's days are China's

function doneOf(x: Any): Done {
  const d = x.delegate as Any | undefined
  const at = num(x.at)
  const dueOn = text(x.due_on)
  return {
    number: num(x.number), step: text(x.step), event: text(x.event), hand: text(x.user_name), stead: text(x.for_user_name), at, reason: text(x.reason), dueOn,
    untilOn: text(x.until_on), late: !!dueOn && !!at && dayOf(at) > dueOn,
    ...(d ? { delegate: { name: text(d.name), relation: text(d.relation_name), reason: text(d.reason), evidence: text(d.evidence) } } : {}),
  }
}

const WALKED = new Set(['submit', 'check', 'review', 'notice', 'approve'])

export function readSteps(reply: Any, state: string): Steps {
  const all = list(reply.items).map(doneOf)
  const submitted = all.map((x) => x.event).lastIndexOf('submit')
  const ended = ['RETURNED', 'REJECTED', 'WITHDRAWN', 'LAPSED', 'ELIGIBLE', 'HELD'].includes(state)
  const round = ended ? [] : all.slice(Math.max(0, submitted))
  const taken = (code: string): Done | undefined => round.filter((x) => x.step === code && WALKED.has(x.event)).pop()
  const entry = round.find((x) => x.event === 'submit')
  const under = !ended && (!!entry || list(reply.way).some((x) => x.is_next))
  const way: WayStep[] = [{ code: 'SUBMIT', name: text(reply.entry_name), event: 'submit', office: '', noticeDays: 0, withinDays: 0, state: entry || under ? 'done' : 'next', ...(entry ? { done: entry } : {}) }]
  for (const x of list(reply.way)) {
    const done = taken(text(x.step))
    way.push({
      code: text(x.step), name: text(x.step_name), event: text(x.event), office: text(x.office), noticeDays: num(x.notice_days), withinDays: num(x.within_days),
      state: x.is_next && !ended ? 'next' : done ? 'done' : 'future', ...(done && !(x.is_next && !ended) ? { done } : {}),
    })
  }
  const shown = new Set(way.map((x) => x.done?.number))
  return { way, aside: all.filter((x) => !shown.has(x.number)).reverse(), dueOn: text(reply.due_on) }
}
