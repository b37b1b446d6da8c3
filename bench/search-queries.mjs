/** The searches that are timed. Each runs for several words in turn. */
const ROW = 'reference occurredFrom categoryLabel title { text locale } place { name }';
const PAGE = `query Page($search: String!, $after: String) { incidents(first: 20, after: $after, filter: { search: $search }) {
  nodes { ${ROW} } pageInfo { hasNextPage endCursor } } }`;
const FIRST = PAGE.replace(', $after: String', '').replace(', after: $after', '');
const WITH_TOTAL = FIRST.replace('pageInfo', 'totalCount pageInfo');
const filtered = (filter) => FIRST.replace('{ search: $search }', `{ search: $search, ${filter} }`);

const COMMON = ['ateşkes', 'обстрел', 'mine', 'Ağdam'];
const SELDOM = ['Qiyaməddinli', 'Тагавард', 'Dashalty'];

export const QUERIES = [
  { title: 'place as it is written', searches: ['Xocavənd', 'Зангелан', 'Karintak'], document: FIRST },
  {
    title: 'place in another script or spelling',
    searches: ['Hocavend', 'Zengilan', 'Карвачар'],
    document: FIRST,
  },
  { title: 'place with an ending', searches: ["Horadiz'den", 'Минджевани', 'Bərdədə'], document: FIRST },
  { title: 'misspelt word', searches: ['Shuhsa', 'квадракоптер', 'Kelbecre', 'ceasfire'], document: FIRST },
  {
    title: 'word in an inflected form',
    searches: ['mayınların', 'минами', 'minalar', 'mines'],
    document: FIRST,
  },
  { title: 'two words', searches: ['mayın Fuzuli', 'обстрел Тагавард', 'sniper Talish'], document: FIRST },
  {
    title: 'three words',
    searches: ['ateşkes ihlali Ağdam', 'огонь Агдам ночью', 'mortar fire Barda'],
    document: FIRST,
  },
  { title: 'very common word', searches: COMMON, document: FIRST },
  { title: 'the beginning of a word', searches: ['kel', 'аск', 'min'], document: FIRST },
  { title: 'a reference', searches: ['TUR-2022-1500828', 'RUS-2022-1500401'], document: FIRST },
  { title: 'nothing to be found', searches: ['Zzyzx', 'Вашингтон', 'İstanbul'], document: FIRST },
  { title: 'second page', searches: [...SELDOM, ...COMMON], document: PAGE },
  { title: 'with totalCount', searches: ['Dashalty', 'sniper Talish'], document: WITH_TOTAL },
  { title: 'very common word, with totalCount', searches: COMMON, document: WITH_TOTAL },
  {
    title: 'with a category',
    searches: ['Ağdam', 'Тагавард'],
    document: filtered('category: [MINE_INCIDENT]'),
  },
  {
    title: 'with a district and a year',
    searches: ['mine', 'обстрел'],
    document: filtered(
      'place: ["agdam"], occurred: { from: "2022-01-01T00:00:00Z", to: "2023-01-01T00:00:00Z" }',
    ),
  },
  {
    title: 'with severity and status',
    searches: ['mine', 'Ağdam', 'Тагавард'],
    document: filtered('severity: [CRITICAL], status: [DISPUTED]'),
  },
  {
    title: 'near a point',
    searches: ['mine', 'обстрел', 'Тагавард'],
    document: filtered('near: { latitude: 39.99, longitude: 46.93, radiusKm: 20 }'),
  },
  {
    title: 'with a provision',
    searches: ['ateşkes', 'mine', 'Тагавард'],
    document: filtered('provision: ["trilateral-statement-2020/1"]'),
  },
  {
    title: 'with a claimant',
    searches: ['ateşkes', 'mine', 'Тагавард'],
    document: filtered('claimant: ["AZE"]'),
  },
  {
    title: 'with a party held responsible',
    searches: ['ateşkes', 'mine', 'Тагавард'],
    document: filtered('attributedTo: ["ARM"]'),
  },
  {
    title: 'sorted by time',
    searches: ['Fuzuli', 'Тагавард'],
    document: FIRST.replace('first: 20', 'first: 20, orderBy: { field: OCCURRED_FROM, direction: ASC }'),
  },
];
