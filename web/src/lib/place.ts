// Full names of places repeat on every row what the reader knows: her own jurisdiction, or the province.
const PROVINCE = /^[^省市区]{2,6}(?:省|自治区|特别行政区)/
const LAST = /[^省市州盟区县旗镇乡]+(?:省|市|州|盟|区|县|旗|镇|乡|街道|村|社区)$/

export function shortPlace(full: string, own?: string): string {
  if (own && full.startsWith(own) && full.length > own.length) return full.slice(own.length)
  if (full && full === own) return LAST.exec(full)?.[0] ?? full
  const province = PROVINCE.exec(full)?.[0] ?? ''
  return full.length > province.length ? full.slice(province.length) : full
}

// Down to the town: what stands below (village, group) is left out.
export function townOf(place: string): string {
  return /^.*?(?:[^省市区县]+(?:镇|乡|街道|苏木))/.exec(place)?.[0] ?? place
}
