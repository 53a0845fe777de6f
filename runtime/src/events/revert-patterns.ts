/**
 * The comments by which a revert tells of itself: language, what writes it, and the pattern. `docs/reverts.md` shows
 * an example of each.
 *
 * Sources: MediaWiki 1.39 `languages/i18n/<language>.json`, messages `revertpage`, `revertpage-anon`,
 * `revertpage-nouser`, `undo-summary`, `undo-summary-anon`, `undo-summary-username-hidden`, `undo-summary-import`;
 * what the largest wikis show in their place (“Undid”, “Deshecha la edición”, “による ID:… の版を取り消し”);
 * Wikibase's undo and restore comments; the tool list of XTools (`config/semi_automated.yml`).
 */
export type RevertPattern = readonly [language: string, what: string, pattern: RegExp]

/** Matched with the comment as it came. */
export const rawRevertPatterns: readonly RevertPattern[] = [
  ['any', 'undo and restore of a Wikibase entity', /^\/\* (?:undo|restore):0\|\|\d/iu],
]

/** Matched with the comment as a reader sees it: links replaced by what they show, the section marker taken off. */
export const revertPatterns: readonly RevertPattern[] = [
  ['en', 'undo', /^(?:undid|undo)(?: imported)? revision \d+ (?:by|from) /iu],
  [
    'en',
    'rollback, Twinkle, Huggle, STiki, pending changes',
    /^(?:[\w ]{1,40}: )?revert(?:ed|ing)(?: \d+)?(?: (?:good faith|pending))? edits?(?:\(s\))? (?:by|to) /iu,
  ],
  [
    'en',
    'anti-vandalism bots and tools',
    /^(?:[\w ]{1,40}: )?revert(?:ed|ing) (?:[a-z/-]+ ){1,5}by .{1,300}? to (?:version|revision|rev\.|last)/iu,
  ],
  [
    'en',
    'Interceptor and kin: what, and who added it',
    /^(?:[\w ]{1,40}: )?revert(?:ed|ing) (?:[a-z/-]+ ){1,5}(?:added|made) by /iu,
  ],
  ['en', 'an older revision brought back', /^restored revision \d+ by /iu],
  [
    'en',
    'by hand',
    /^(?:rvv?(?=$|[\s:;,.(/-])|(?:self[- ])?revert(?=$|[:;,.]| to (?:rev|last|version|previous)))/iu,
  ],

  ['de', 'undo', /^Änderung (?:importierte Version )?\d+ (?:von|eines) .{1,300}? rückgängig gemacht/iu],
  ['de', 'rollback', /^Änderungen von .{1,300}? (?:zurückgesetzt|rückgängig gemacht)/iu],

  [
    'fr',
    'undo',
    /^(?:annulation|révocation) (?:de la|des) modifications? (?:n[o°] ?)?(?:\d+ )?(?:de|par|d['’])/iu,
  ],
  ['fr', 'rollback', /^révocation des modifications (?:de|par|effectuées)/iu],
  ['fr', 'rollback of an address', /^modifications de .{1,300}? révoquées vers/iu],
  ['fr', 'undo of an import', /^annuler la version \d+ importée/iu],

  [
    'es',
    'undo',
    /^(?:se ha deshecho|deshecha|deshacer) la (?:edición|revisión|modificación)(?: importada)? \d+ de/iu,
  ],
  [
    'es',
    'rollback',
    /^revertid[ao]s? (?:los cambios|las (?:ediciones|modificaciones)|una edición|\d+ ediciones) (?:de|hech[ao]s por) /iu,
  ],
  [
    'es',
    'anti-vandalism bots',
    /^(?:bot: )?revirtiendo (?:posible )?(?:vandalismo|edición|ediciones|cambios)/iu,
  ],

  ['ru', 'undo', /^отмена (?:правки|версии) \d+/iu],
  ['ru', 'rollback', /^откат правок /iu],
  ['ru', 'undo of an import', /^отклонить импортированную страницу/iu],

  ['it', 'undo', /^annullata la (?:modifica|versione) \d+ /iu],
  ['it', 'rollback', /^(?:annullate|ripristina) le modifiche di /iu],

  ['pt', 'undo', /^(?:desfez a edição|desfeita a edição|desfazer (?:a )?revisão(?: importada)?) \d+ /iu],
  ['pt', 'rollback', /^(?:foram )?revertidas (?:as )?edições (?:de|por) /iu],

  ['ja', 'undo', /による(?: ?ID:\d+ ?の)?(?:版| ?\d+ の取り込み版)(?: ?\d+)? ?を ?取り消し/iu],
  [
    'ja',
    'rollback',
    /による(?:編集|版) ?を .{1,300}? ?による(?:直前の)?版へ ?(?:差し戻し|巻き戻し)|による版を .{1,300}? による版へ巻き戻し/iu,
  ],

  [
    'zh',
    'undo',
    /^(?:撤[销銷]|取消|[还還]原)(?:由)?.{1,300}?(?:的(?:版本|修[订訂])|[作做]出的修[订訂](?:版本)?|所作的版本) ?\d+/iu,
  ],
  [
    'zh',
    'undo of an import or a hidden editor',
    /^(?:撤销用户导入的修订版本|[还還]原隱藏使用者的修訂|回退由.{1,300}?做出的匯入修訂) ?\d+/iu,
  ],
  [
    'zh',
    'rollback',
    /^(?:已将隐藏用户的编辑还原至|已?(?:[还還]原|回退|取消|撤[销銷]).{1,300}?的[编編][辑輯](?:至|到|为|為|[,，;；] ?(?:更?改回)))/iu,
  ],

  ['ar', 'undo', /^(?:ال)?(?:رجوع|تراجع) عن (?:ال)?(?:تعديل|مراجعة)(?: المستوردة)? \d+/iu],
  ['ar', 'rollback', /^(?:استرجاع|استرجع|استرجعت) (?:\d+ )?تعديل(?:ات)? .{1,300}? (?:حتى|إلى) /iu],

  ['vi', 'undo', /^đã (?:lùi(?: lại)?|hủy|huỷ) sửa đổi \d+ /iu],
  ['vi', 'rollback', /^đã (?:lùi(?: lại)?|hủy|huỷ) sửa đổi của .{1,300}? quay về phiên bản/iu],

  ['pl', 'undo', /^anulowanie (?:zaimportowanej )?wersji \d+ /iu],
  ['pl', 'rollback', /^wycofan[oi]e? edycj[ei] (?:użytkownika|ukrytego)/iu],

  ['uk', 'undo', /^скасува(?:ння|ти) (?:редагування|версі[їю]) (?:№ ?)?\d+/iu],
  ['uk', 'rollback', /^відкинут[оі] редагування /iu],

  ['nl', 'undo', /^(?:geïmporteerde )?versie \d+ (?:van|door) .{1,300}? ongedaan gemaakt/iu],
  ['nl', 'rollback', /^wijzigingen door .{1,300}? (?:hersteld tot|teruggedraaid naar) de laatste versie/iu],

  ['fa', 'undo', /^خنثی\u200c?سازی (?:نسخهٔ|ویرایش درون\u200c?ریزی\u200c?شدهٔ) ?\d+/iu],
  ['fa', 'rollback', /^ویرایش(?:\u200c?های)? .{1,300}? به آخرین (?:تغییری|ویرایش) .{1,300}?واگردان/iu],
]
