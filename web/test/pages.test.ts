import { beforeAll, describe, expect, it, vi } from 'vitest'
import { shortPlace, townOf } from '../src/lib/place'
import { nextRow } from '../src/shell/keys'

describe('places', () => {
  it('leave out what the reader knows', () => {
    expect(shortPlace('甘肃省定西市通渭县平襄镇', '甘肃省定西市')).toBe('通渭县平襄镇')
    expect(shortPlace('甘肃省定西市通渭县平襄镇', '甘肃省定西市通渭县')).toBe('平襄镇')
    expect(shortPlace('福建省福州市连江县', '甘肃省定西市')).toBe('福州市连江县')
    expect(shortPlace('新疆维吾尔自治区喀什地区', undefined)).toBe('喀什地区')
    expect(shortPlace('重庆市渝北区', undefined)).toBe('重庆市渝北区')
  })
  it('never become empty', () => {
    expect(shortPlace('甘肃省定西市', '甘肃省定西市')).toBe('定西市')
    expect(shortPlace('甘肃省定西市通渭县平襄镇', '甘肃省定西市通渭县平襄镇')).toBe('平襄镇')
    expect(shortPlace('甘肃省', undefined)).toBe('甘肃省')
    expect(shortPlace('', '甘肃省')).toBe('')
  })
  it('end at the town on a notice board', () => {
    expect(townOf('甘肃省定西市通渭县平襄镇瓦石坪村')).toBe('甘肃省定西市通渭县平襄镇')
    expect(townOf('甘肃省定西市安定区中华路街道')).toBe('甘肃省定西市安定区中华路街道')
    expect(townOf('甘肃省定西市岷县')).toBe('甘肃省定西市岷县')
  })
})

describe('the walk over rows', () => {
  it('begins at the first row and stays within the list', () => {
    expect(nextRow('j', -1, 3)).toBe(0)
    expect(nextRow('j', 2, 3)).toBe(2)
    expect(nextRow('k', 0, 3)).toBe(0)
    expect(nextRow('k', 2, 3)).toBe(1)
    expect(nextRow('ArrowDown', 0, 3)).toBe(1)
  })
  it('leaves arrows to the page until a row has the focus, and other keys alone', () => {
    expect(nextRow('ArrowDown', -1, 3)).toBeNull()
    expect(nextRow('x', 1, 3)).toBeNull()
    expect(nextRow('j', -1, 0)).toBeNull()
  })
})

describe('a decision explained', () => {
  let decision: typeof import('../src/lib/decision')
  let meta: typeof import('../src/meta')
  beforeAll(async () => {
    vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
    decision = await import('../src/lib/decision')
    meta = await import('../src/meta')
  })
  const trace = (instalments: unknown[]) => decision.readTrace({ person_id: '7', as_of: '2019-10-09', trace: {
    verdict: 'ENTITLED', amount_fen: 1200000, instalments,
    outcomes: [{ rule: 'ORIGIN', result: 'MET', want: 621100000000, got: 621126113000 }, { rule: 'MONTHS', result: 'MET', want: 3, got: 6, clause: '连续稳定就业满3个月' }, { rule: 'EXCLUSIVE', result: 'MET', clause: 'post-wage' }],
  } })
  it('adds up what was earned and takes off what was paid', () => {
    const two = [{ item: 'm3', earned_fen: 300000 }, { item: 'm6', earned_fen: 900000 }]
    expect(decision.arithmetic(trace(two))).toBe('¥3,000 + ¥9,000 = ¥12,000')
    expect(decision.arithmetic(trace([{ item: 'm3', earned_fen: 300000, paid_fen: 300000 }, two[1]]))).toBe('¥3,000 + ¥9,000 − 已发 ¥3,000 = ¥9,000')
    expect(decision.arithmetic(trace([two[0]]))).toBe('')
  })
  it('names places, quotes clauses, and says where the facts are', () => {
    const [origin, months, exclusive] = trace([]).conditions
    expect(origin).toMatchObject({ want: '621100000000', got: '621126113000', evidence: 'person' })
    expect(months).toMatchObject({ clause: '连续稳定就业满3个月', evidence: 'months', want: '' })
    expect(exclusive!.clause).toBe('')
    expect(decision.evidenceRoute('months', '7', '2019-10-09')).toBe('/months?person_id=7&month=2019-10')
    expect(decision.evidenceRoute('placement', '', '2019-10-09')).toBe('')
  })
  it('lets an operation through only where the server says', () => {
    const when = { field: 'state', values: ['SENT', 'PARTLY_PAID'] }
    expect(meta.isLetThrough({ when }, { state: 'SENT' })).toBe(true)
    expect(meta.isLetThrough({ when }, { state: 'DRAFT' })).toBe(false)
    expect(meta.isLetThrough({ when: { field: 'is_active', values: ['true'] } }, { is_active: true })).toBe(true)
    expect(meta.isLetThrough({}, null)).toBe(true)
  })
})
