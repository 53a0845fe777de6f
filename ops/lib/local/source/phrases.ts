import { type NonEmpty } from './random.ts'

/**
 * What people write in a language, as far as a simulated event needs it. In `undo` and `rollback` (MediaWiki's
 * messages undo-summary and revertpage) `$rev`, `$user` and `$to` stand for the revision undone, its editor, and
 * the editor whose version is back; in `added` and `removed` `$page` stands for the page.
 */
export type Phrases = {
  words: NonEmpty<string>
  summaries: NonEmpty<string>
  editor: string
  namespaces: { talk: string; user: string; userTalk: string; template: string; category: string }
  added: string
  removed: string
  undo: string
  rollback: string
}

const user = '[[Special:Contributions/$user|$user]]'
const by = (talk: string) => `${user} ([[User talk:$user|${talk}]])`
const spaces = (...[talk, user, userTalk, template, category]: [string, string, string, string, string]) => ({
  talk,
  user,
  userTalk,
  template,
  category,
})
/** Words parted by blanks; several that belong together are joined by `_`. */
const words = (text: string): NonEmpty<string> => {
  const [first = '', ...more] = text.trim().split(/\s+/)
  return [first, ...more].map(word => word.replaceAll('_', ' ')) as [string, ...string[]]
}

const english: Phrases = {
  words: words(
    'River Castle Station Garden Battle Church Railway Island Museum Theatre Election Mountain Valley Harbour',
  ),
  summaries: [
    '',
    'fix typo',
    'ce',
    'added a reference',
    'cleanup',
    '/* History */ expanded',
    'update infobox',
  ],
  editor: 'Editor',
  namespaces: spaces('Talk', 'User', 'User talk', 'Template', 'Category'),
  added: '[[:$page]] added to category',
  removed: '[[:$page]] removed from category',
  undo: `Undid revision $rev by ${by('talk')}`,
  rollback: `Reverted edits by ${by('talk')} to last version by $to`,
}

const byLanguage: Record<string, Phrases> = {
  en: english,
  de: {
    words: words('Fluss Schloss Bahnhof Straße Kirche Brücke Wörterbuch Übersicht Gemeinde Größe Käfer'),
    summaries: ['', 'Tippfehler', '/* Geschichte */ Beleg ergänzt', 'Kleinkram', '+ Weblink'],
    editor: 'Mitarbeiter',
    namespaces: spaces('Diskussion', 'Benutzer', 'Benutzer Diskussion', 'Vorlage', 'Kategorie'),
    added: '[[:$page]] zur Kategorie hinzugefügt',
    removed: '[[:$page]] aus der Kategorie entfernt',
    undo: `Änderung $rev von ${user} rückgängig gemacht;`,
    rollback: `Änderungen von ${by('Diskussion')} auf die letzte Version von [[User:$to|$to]] zurückgesetzt`,
  },
  fr: {
    words: words("Rivière Château Gare L'Église Forêt Musée Élection Théâtre Côte Île Siège"),
    summaries: ['', 'orthographe', '/* Histoire */ précision', 'ajout de source', 'mise en forme'],
    editor: 'Éditeur',
    namespaces: spaces('Discussion', 'Utilisateur', 'Discussion utilisateur', 'Modèle', 'Catégorie'),
    added: '[[:$page]] ajoutée à la catégorie',
    removed: '[[:$page]] retirée de la catégorie',
    undo: `Annulation de la modification $rev de ${by('d')}`,
    rollback: `Révocation des modifications de ${by('d')} vers la dernière version de $to`,
  },
  es: {
    words: words('Río Castillo Estación Jardín Batalla Montaña Año Elección Música Córdoba'),
    summaries: ['', 'ortografía', '/* Historia */', 'referencia', 'ampliación'],
    editor: 'Redactora',
    namespaces: spaces('Discusión', 'Usuario', 'Usuario discusión', 'Plantilla', 'Categoría'),
    added: '[[:$page]] añadida a la categoría',
    removed: '[[:$page]] eliminada de la categoría',
    undo: `Deshecha la edición $rev de ${by('disc.')}`,
    rollback: `Revertidos los cambios de ${by('disc.')} a la última edición de $to`,
  },
  it: {
    words: words("Fiume Castello Stazione Città L'Università Battaglia Chiesa Virtù"),
    summaries: ['', 'errore di battitura', '/* Storia */ fonte', 'wikilink'],
    editor: 'Redattore',
    namespaces: spaces('Discussione', 'Utente', 'Discussioni utente', 'Template', 'Categoria'),
    added: '[[:$page]] aggiunta alla categoria',
    removed: '[[:$page]] rimossa dalla categoria',
    undo: `Annullata la modifica $rev di ${by('discussione')}`,
    rollback: `Annullate le modifiche di ${by('discussione')}, riportata alla versione precedente di $to`,
  },
  pt: {
    words: words('Rio Castelo Estação Jardim Canção São_João Eleição Praça Coração'),
    summaries: ['', 'ajustes', '/* História */ referência', 'correção'],
    editor: 'Editora',
    namespaces: spaces('Discussão', 'Usuário', 'Usuário Discussão', 'Predefinição', 'Categoria'),
    added: '[[:$page]] adicionada à categoria',
    removed: '[[:$page]] removida da categoria',
    undo: `Desfeita a edição $rev de ${by('discussão')}`,
    rollback: `Foram [[Wikipédia:Reversão|revertidas]] as edições de ${by('discussão')} para a última revisão de $to`,
  },
  ru: {
    words: words('Река Замок Станция Улица Церковь Сражение Выборы Остров Музей Ёлка'),
    summaries: ['', 'опечатка', '/* История */ источник', 'викификация', 'оформление'],
    editor: 'Редактор',
    namespaces: spaces('Обсуждение', 'Участник', 'Обсуждение участника', 'Шаблон', 'Категория'),
    added: '[[:$page]] добавлена в категорию',
    removed: '[[:$page]] удалена из категории',
    undo: `отмена правки $rev участника ${by('обс.')}`,
    rollback: `откат правок ${by('обс.')} к версии $to`,
  },
  uk: {
    words: words("Річка Замок Вулиця Церква Битва Вибори П'ятниця Їжак"),
    summaries: ['', 'правопис', '/* Історія */ джерело', 'вікіфікація'],
    editor: 'Дописувач',
    namespaces: spaces('Обговорення', 'Користувач', 'Обговорення користувача', 'Шаблон', 'Категорія'),
    added: '[[:$page]] додана до категорії',
    removed: '[[:$page]] вилучена з категорії',
    undo: `Скасування редагування № $rev користувача ${by('обговорення')}`,
    rollback: `Редагування користувача ${by('обговорення')} відкинуті до версії $to`,
  },
  ce: {
    words: words('Эвла Кӏотар Юьрт Гӏала Шахьар Хьостанаш Лам'),
    summaries: ['', 'Бот: кечйар', 'категори тӏетоьхна'],
    editor: 'Декъашхо',
    namespaces: spaces('Дийцаре', 'Декъашхо', 'Декъашхочун дийцаре', 'Кеп', 'Категори'),
    added: '[[:$page]] категоре тӏетоьхна',
    removed: '[[:$page]] категорера дӏаяьккхина',
    undo: `${by('дийцаре')} декъашхочун $rev нисдар юхадаьккхина`,
    rollback: `${by('дийцаре')} нисдарш юхадаьхна $to версех`,
  },
  pl: {
    words: words('Rzeka Zamek Stacja Kościół Łódź Święto Źródło Żółw Wieś'),
    summaries: ['', 'drobne redakcyjne', '/* Historia */ przypis', 'lit.'],
    editor: 'Redaktor',
    namespaces: spaces('Dyskusja', 'Wikipedysta', 'Dyskusja wikipedysty', 'Szablon', 'Kategoria'),
    added: '[[:$page]] dodano do kategorii',
    removed: '[[:$page]] usunięto z kategorii',
    undo: `Anulowanie wersji $rev autorstwa ${by('dyskusja')}`,
    rollback: `Wycofano ostatnie zmiany treści wprowadzone przez ${user}; przywrócono ostatnią wersję autorstwa $to`,
  },
  nl: {
    words: words('Rivier Kasteel Station Kerk Eiland Gemeente Oorlog Zeeën'),
    summaries: ['', 'tikfout', '/* Geschiedenis */ bron', 'linkfix'],
    editor: 'Bewerker',
    namespaces: spaces('Overleg', 'Gebruiker', 'Overleg gebruiker', 'Sjabloon', 'Categorie'),
    added: '[[:$page]] toegevoegd aan categorie',
    removed: '[[:$page]] verwijderd uit categorie',
    undo: `Wijziging $rev van ${by('overleg')} ongedaan gemaakt`,
    rollback: `Wijzigingen door ${by('Overleg')} hersteld tot de laatste versie door $to`,
  },
  sv: {
    words: words('Älv Slott Kyrka Ö Järnväg Församling Småland'),
    summaries: ['', 'stavfel', '/* Historia */ källa'],
    editor: 'Redaktör',
    namespaces: spaces('Diskussion', 'Användare', 'Användardiskussion', 'Mall', 'Kategori'),
    added: '[[:$page]] tillagd i kategori',
    removed: '[[:$page]] borttagen från kategori',
    undo: `Gjorde version $rev av ${by('diskussion')} ogjord`,
    rollback: `Rullade tillbaka ändringar av ${by('användardiskussion')} till den senaste versionen av $to`,
  },
  cs: {
    words: words('Řeka Hrad Nádraží Kostel Ústí Žďár Škola'),
    summaries: ['', 'překlep', '/* Historie */ zdroj'],
    editor: 'Přispěvatel',
    namespaces: spaces('Diskuse', 'Wikipedista', 'Diskuse s wikipedistou', 'Šablona', 'Kategorie'),
    added: '[[:$page]] přidána do kategorie',
    removed: '[[:$page]] odebrána z kategorie',
    undo: `Zrušena verze $rev od uživatele ${by('diskuse')}`,
    rollback: `Editace uživatele ${by('diskuse')} vráceny do předchozího stavu, jehož autorem je $to`,
  },
  tr: {
    words: words('Irmak Kale İstasyon Köprü Ağrı Şehir Çınar Iğdır'),
    summaries: ['', 'yazım', '/* Tarihçe */ kaynak'],
    editor: 'Düzenleyen',
    namespaces: spaces('Tartışma', 'Kullanıcı', 'Kullanıcı mesaj', 'Şablon', 'Kategori'),
    added: '[[:$page]] kategoriye eklendi',
    removed: '[[:$page]] kategoriden çıkarıldı',
    undo: `${by('mesaj')} tarafından yapılan $rev sayılı değişiklik geri alınıyor.`,
    rollback: `${by('mesaj')} tarafından yapılan değişiklikler geri alınarak, $to tarafından değiştirilmiş önceki sürüm geri getirildi.`,
  },
  vi: {
    words: words('Sông Lâu_đài Nhà_ga Đảo Bầu_cử Trường_học Thành_phố'),
    summaries: ['', 'chính tả', '/* Lịch sử */ nguồn'],
    editor: 'Biên tập viên',
    namespaces: spaces('Thảo luận', 'Thành viên', 'Thảo luận Thành viên', 'Bản mẫu', 'Thể loại'),
    added: '[[:$page]] đã được thêm vào thể loại',
    removed: '[[:$page]] đã bị xóa khỏi thể loại',
    undo: `Đã lùi lại sửa đổi $rev của ${by('thảo luận')}`,
    rollback: `Đã lùi lại sửa đổi của ${by('thảo luận')}, quay về phiên bản cuối của $to`,
  },
  ja: {
    words: words('日本 鉄道 神社 選挙 美術館 城 島 東京都 𠮷野家'),
    summaries: ['', '誤字修正', '/* 歴史 */ 出典追加', 'リンク修正'],
    editor: '編集者',
    namespaces: spaces('ノート', '利用者', '利用者‐会話', 'Template', 'Category'),
    added: '[[:$page]] をカテゴリに追加',
    removed: '[[:$page]] をカテゴリから除去',
    undo: `${by('会話')} による ID:$rev の版を[[H:RV|取り消し]]`,
    rollback: `${by('会話')} による編集を $to による直前の版へ[[H:RV|差し戻し]]`,
  },
  zh: {
    words: words('河流 城堡 車站 教堂 戰役 選舉 島嶼 博物館 𪚥龘'),
    summaries: ['', '修正筆誤', '/* 歷史 */ 補充來源'],
    editor: '编辑者',
    namespaces: spaces('Talk', 'User', 'User talk', 'Template', 'Category'),
    added: '[[:$page]]已添加至分类',
    removed: '[[:$page]]已从分类移除',
    undo: `撤销[[Special:Contributions/$user|$user]]([[User talk:$user|讨论]])的版本$rev`,
    rollback: `回退[[Special:Contributions/$user|$user]]([[User talk:$user|讨论]])的编辑至$to的最后一版`,
  },
  ko: {
    words: words('강 성 역 교회 전투 선거 섬 박물관'),
    summaries: ['', '오타 수정', '/* 역사 */ 출처'],
    editor: '편집자',
    namespaces: spaces('토론', '사용자', '사용자토론', '틀', '분류'),
    added: '[[:$page]] 문서가 분류에 추가됨',
    removed: '[[:$page]] 문서가 분류에서 제거됨',
    undo: `[[Special:Contributions/$user|$user]]([[User talk:$user|토론]])의 $rev판 편집을 되돌림`,
    rollback: `[[Special:Contributions/$user|$user]]([[User talk:$user|토론]])의 편집을 $to의 마지막 판으로 되돌림`,
  },
  ar: {
    words: words('نهر قلعة محطة حديقة معركة انتخابات جزيرة متحف'),
    summaries: ['', 'تصحيح إملائي', '/* التاريخ */ مصدر'],
    editor: 'محرر',
    namespaces: spaces('نقاش', 'مستخدم', 'نقاش المستخدم', 'قالب', 'تصنيف'),
    added: 'أضيفت [[:$page]] إلى التصنيف',
    removed: 'أزيلت [[:$page]] من التصنيف',
    undo: `الرجوع عن التعديل $rev بواسطة ${by('نقاش')}`,
    rollback: `استرجاع تعديلات ${by('نقاش')} حتى آخر نسخة بواسطة $to`,
  },
  fa: {
    words: words('رود قلعه ایستگاه نبرد انتخابات می‌خواهم موزه'),
    summaries: ['', 'اصلاح املایی', '/* تاریخچه */ منبع'],
    editor: 'ویرایشگر',
    namespaces: spaces('بحث', 'کاربر', 'بحث کاربر', 'الگو', 'رده'),
    added: '[[:$page]] به رده افزوده شد',
    removed: '[[:$page]] از رده حذف شد',
    undo: `خنثی‌سازی ویرایش $rev توسط ${by('بحث')}`,
    rollback: `ویرایش ${by('بحث')} به آخرین تغییری که $to انجام داده بود واگردانده شد`,
  },
  he: {
    words: words('נהר טירה תחנה קרב בחירות אי מוזיאון'),
    summaries: ['', '\u200fתיקון\u200f', '/* היסטוריה */ מקור'],
    editor: 'עורך',
    namespaces: spaces('שיחה', 'משתמש', 'שיחת משתמש', 'תבנית', 'קטגוריה'),
    added: '[[:$page]] נוסף לקטגוריה',
    removed: '[[:$page]] הוסר מהקטגוריה',
    undo: `ביטול גרסה $rev של ${by('שיחה')}`,
    rollback: `שוחזר מעריכות של ${by('שיחה')} לעריכה האחרונה של $to`,
  },
  hi: {
    words: words('नदी क़िला स्टेशन चुनाव द्वीप संग्रहालय'),
    summaries: ['', 'वर्तनी', '/* इतिहास */ स्रोत'],
    editor: 'संपादक',
    namespaces: spaces('वार्ता', 'सदस्य', 'सदस्य वार्ता', 'साँचा', 'श्रेणी'),
    added: '[[:$page]] को श्रेणी में जोड़ा गया',
    removed: '[[:$page]] को श्रेणी से हटाया गया',
    undo: `${by('वार्ता')} द्वारा किए गए बदलाव $rev को पूर्ववत किया`,
    rollback: `${by('वार्ता')} के संपादनों को $to के पिछले संस्करण पर ले जाया गया`,
  },
  id: {
    words: words('Sungai Benteng Stasiun Pulau Pemilihan Museum'),
    summaries: ['', 'perbaikan', '/* Sejarah */ rujukan'],
    editor: 'Penyunting',
    namespaces: spaces('Pembicaraan', 'Pengguna', 'Pembicaraan Pengguna', 'Templat', 'Kategori'),
    added: '[[:$page]] ditambahkan ke kategori',
    removed: '[[:$page]] dihapus dari kategori',
    undo: `Membatalkan revisi $rev oleh ${by('bicara')}`,
    rollback: `Suntingan ${by('bicara')} dibatalkan ke versi terakhir oleh $to`,
  },
}

/** The phrases of a language; English ones for a language that the simulator doesn't speak. */
export function phrasesOf(language: string): Phrases {
  return byLanguage[language] ?? english
}
