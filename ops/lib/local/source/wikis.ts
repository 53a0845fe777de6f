type Project =
  | 'commons'
  | 'wikidata'
  | 'wikipedia'
  | 'wiktionary'
  | 'wikisource'
  | 'wikiquote'
  | 'wikibooks'
  | 'wikinews'
  | 'wikivoyage'
  | 'wikiversity'
  | 'other'

/** A wiki: its database name, its server, and what language its pages are written in. */
export type Wiki = { name: string; server: string; project: Project; language: string }

export const commons: Wiki = {
  name: 'commonswiki',
  server: 'commons.wikimedia.org',
  project: 'commons',
  language: 'en',
}
export const wikidata: Wiki = {
  name: 'wikidatawiki',
  server: 'www.wikidata.org',
  project: 'wikidata',
  language: 'en',
}
export const enwiki = languageWiki('en', 'wikipedia')
export const cewiki = languageWiki('ce', 'wikipedia')

/** Wikis whose database and server don't follow from a language code, with the language of their pages. */
const others: readonly Wiki[] = (
  [
    ['metawiki', 'meta.wikimedia.org'],
    ['specieswiki', 'species.wikimedia.org'],
    ['incubatorwiki', 'incubator.wikimedia.org'],
    ['mediawikiwiki', 'www.mediawiki.org'],
    ['sourceswiki', 'wikisource.org'],
    ['wikifunctionswiki', 'www.wikifunctions.org'],
    ['outreachwiki', 'outreach.wikimedia.org'],
    ['foundationwiki', 'foundation.wikimedia.org'],
    ['wikimaniawiki', 'wikimania.wikimedia.org'],
    ['testwiki', 'test.wikipedia.org'],
    ['test2wiki', 'test2.wikipedia.org'],
    ['testwikidatawiki', 'test.wikidata.org'],
    ['be_x_oldwiki', 'be-tarask.wikipedia.org'],
    ['uawikimedia', 'ua.wikimedia.org'],
  ] as const
).map(([name, server]) => ({ name, server, project: 'other', language: 'en' }))

/** Language codes by project, the busier first. */
const languages: readonly (readonly [Project, string])[] = [
  [
    'wikipedia',
    `fr de ru es it ja zh pl pt uk ar nl fa he sv tr cs vi ko id hu no ca fi ro simple el da sr bg th hy eu eo sk
    az hr et sl lt kk ms hi bn ta te ml mr ur ka be gl uz sh arz mk lv cy sq la bs nn ast af tg tt ga sw
    is mn my ne pa kn gu si km lo am ky ba cv os sah tyv udm mhr mrj myv koi kv bxr xal av lez inh kbd ab ady krc
    scn sco nds nds-nl als bar lb fy li vls zea frr stq ksh pfl hsb dsb szl csb rue br gd gv kw co oc an ext
    mwl lad fur lij lmo pms vec nap sc roa-rup roa-tara eml rm wa pcd nrm frp vo io ia ie nov jbo zh-yue zh-min-nan
    zh-classical wuu gan hak cdo bo dz ug yi arc ary ckb ku diq mzn glk lrc azb pnb ps sd ks sa bh mai new as or
    bpy sat dty mni ceb war tl ilo pam bcl pag cbk-zam jv su ban map-bms min ace bjn mad gor haw mi sm to ty fj na
    ch bi tpi ht pap srn nah qu ay gn yo ig ha zu xh st tn ts ss ve nso rw rn lg ln kg sn ny ki so om ti wo ff bm
    ee tw ak dag kbp mg tum sg bat-smg fiu-vro vep olo crh gag kaa tk lbe ltg`,
  ],
  [
    'wiktionary',
    'mg en fr ru de zh pl sv el nl ja es pt it cs fi ko tr vi ku ta fa hu no io li th eu et uk hy ca',
  ],
  ['wikisource', 'pl fr en de ru it zh ar he es no bn ta te ml pt uk sv hu'],
  ['wikiquote', 'en it pl ru fa de cs fr es uk et'],
  ['wikibooks', 'en de fr pt ja it vi hu'],
  ['wikinews', 'ru en sr pl fr zh es de uk'],
  ['wikivoyage', 'en de it pl ru fr he'],
  ['wikiversity', 'en de fr ru cs'],
]

/** A wiki's database name has `_` where its server has `-`; Wikipedia's ends in `wiki` alone. */
function languageWiki(language: string, project: Project): Wiki {
  const suffix = project === 'wikipedia' ? 'wiki' : project
  const name = `${language.replaceAll('-', '_')}${suffix}`
  return { name, server: `${language}.${project}.org`, project, language }
}

/** Merges the lists so that each is spread over the whole length, in its own order; a short list starts later. */
function interleave(lists: readonly (readonly Wiki[])[]): Wiki[] {
  return lists
    .flatMap(list => list.map((wiki, index) => ({ wiki, at: (index + 1.5) / (list.length + 10) })))
    .sort((a, b) => a.at - b.at)
    .map(entry => entry.wiki)
}

/** Everything but the four largest, the busier first: about 300 wikis that share a quarter of the stream. */
export const tail: readonly Wiki[] = interleave([
  ...languages.map(([project, codes]) => codes.split(/\s+/).map(code => languageWiki(code, project))),
  others,
])
