/**
 * Stems of words that one side uses against another, in the languages of the Centre. A stem matches at the
 * start of a word, in any case, with any ending.
 */
export const POLEMIC_STEMS = [
  // English
  ...['occupi', 'occupation', 'aggress', 'invad', 'invasion', 'terror', 'separatis', 'liberat', 'so-called'],
  ...['genocid', 'ethnic cleansing', 'enem', 'puppet', 'junta', 'bandit', 'fascis', 'barbar', 'vandal'],
  ...['artsakh', 'martyr', 'provocation', 'blockade', 'anti-terror', 'counter-terror'],
  // Turkish
  ...[
    'işgal',
    'saldırgan',
    'terör',
    'ayrılıkçı',
    'bölücü',
    'kurtarıl',
    'sözde',
    'soykırım',
    'etnik temizlik',
  ],
  ...['düşman', 'kukla', 'cunta', 'haydut', 'faşis', 'şehit', 'şehid', 'provokasyon', 'abluka', 'artsah'],
  // Russian
  ...[
    'оккуп',
    'агресс',
    'террор',
    'сепарат',
    'освобожд',
    'так называем',
    'геноцид',
    'этническ',
    'враг',
    'враж',
  ],
  ...['марионет', 'хунт', 'бандит', 'фашис', 'варвар', 'вандал', 'шахид', 'провокац', 'блокад', 'арцах'],
  ...['антитеррор', 'контртеррор'],
  // Azerbaijani
  ...['işğal', 'təcavüz', 'separatçı', 'azad edil', 'qondarma', 'soyqırım', 'etnik təmizləmə', 'düşmən'],
  ...['xunta', 'quldur', 'faşist', 'şəhid', 'təxribat', 'blokada', 'artsax', 'antiterror'],
] as const;
