// The colour of a state, from its code: colour is never the only sign, the text always stands beside it.
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'calm'

const TONES: [Tone, RegExp][] = [
  ['calm', /^UNSURVEYED|^EXITED|^CLOSED|^OBSOLETE|^SUPERSEDED|^NOT_ELIGIBLE|^UNWILLING/],
  ['bad', /REJECT|FAIL|LAPSED|CONFLICT|NO_SHOW|DROPPED|REFUSED|LOST|REVOKED|DISPUTED|OBJECTED|NOT_WORKING|RECOVER|MISMATCH/],
  ['warn', /RETURN|SUSPEND|DUE|UNREACHABLE|UNVERIFIED|PARTLY|PARTIAL|SEEKING|UNPLACED|OVERRIDDEN|HELD|CORRECT|ON_LEAVE|PAUSED|PUBLIC_?NOTICE|PUBLICITY|NOTICE/],
  ['busy', /SUBMIT|REVIEW|CHECKING|COMMITTING|RUNNING|QUEUED|SENT|OFFERED|DEPART|TRANSIT|BOARDED|TICKETED|RECRUIT|PENDING|MATCHED|TRANSFER|SIGNED_UP|PROPOSED|IN_PAYMENT|AGREED|UPLOADED|STARTED|PROBATION|ARRIVED|ASSIGNED|MEDIATING|LOCKED/],
  ['good', /ACTIVE|OPEN|PAID|APPROVED|CONFIRMED|VERIFIED|DONE|COMMITTED|PUBLISHED|HANDED|SUCCESS|ACCEPTED|SIGNED|EMPLOYED|RECOGNISED|CHECKED|RECONCILED|FILLED|RESOLVED|ELIGIBLE|PASSED|FINISHED|ADOPTED/],
]

// A post that is open is well; money to come back, an audit and a rights case that are open wait for somebody.
const OPEN_WAITS = new Set(['adjustment', 'claim_audit', 'rights_case'])

export function toneOf(code: unknown, record = ''): Tone {
  const text = String(code ?? '')
  if (text === 'OPEN' && OPEN_WAITS.has(record)) return 'warn'
  return TONES.find(([, words]) => words.test(text))?.[0] ?? 'calm'
}
