import { plain, type Language } from '../language.ts'

export const english: Language = {
  code: 'en',
  share: 44,
  given: plain(
    'Ada Amara Ben Callum Chloe Dev Eleanor Femi Grace Hugo Imogen Isaac Jade Kofi Leah Marcus Nadia Noah Olivia Priya Quinn Rosa Rory Sam Tessa Theo Una Violet Wes Yara Zoe Miles',
  ),
  family: plain(
    'Adeyemi Bennett Clarke Doyle Ellis Fraser Grant Hughes Iyer Jensen Khan Lowe Mensah Novak Okafor Park Quigley Reid Shah Turner Underwood Vance Walsh Xu Young Rivers Hart Bishop',
  ),
  order: 'given-first',
  between: ' ',
  cities: ['London', 'Lagos', 'Toronto', 'Melbourne', 'Dublin', 'Chicago', 'Leeds', 'Accra'],
  joint: ' ',
  asides: [
    'Anyone else?',
    'Worth it.',
    'Small joys.',
    'More tomorrow.',
    'I have opinions about this.',
    'Ask me how I know.',
    'Ten out of ten, would do again.',
    'That is the whole post.',
  ],
  topics: [
    {
      name: 'cycling',
      words: {
        place: [
          'over the moor',
          'along the canal',
          'out to the coast',
          'through the old town',
          'up the long climb behind the reservoir',
        ],
        km: ['18', '42', '64', '87', '112'],
        trouble: [
          'a puncture',
          'a headwind both ways',
          'hail',
          'a very determined goose',
          'one broken spoke',
        ],
        part: ['chain', 'rear brake', 'bottom bracket', 'saddle', 'front derailleur'],
      },
      sentences: [
        'Rode {km} km {place} this morning and met {trouble}.',
        'New {part} fitted. The silence is wonderful.',
        'If you are thinking of riding {place}, go before eight: the light is unreal.',
        '{km} km before breakfast, then straight back to bed.',
        'Replaced the {part} myself, with only two trips back to the shop.',
        'Today’s ride {place} had {trouble}, which I am choosing to call character-building.',
      ],
    },
    {
      name: 'coffee',
      words: {
        origin: ['Ethiopian', 'Colombian', 'Kenyan', 'Guatemalan', 'Rwandan'],
        note: ['apricot', 'brown sugar', 'blackcurrant', 'orange peel', 'toasted hazelnut'],
        way: [
          'in the moka pot',
          'as a slow pour-over',
          'through the old machine at work',
          'cold, with too much ice',
        ],
      },
      sentences: [
        'The {origin} beans from the corner shop taste of {note}, and I am not exaggerating.',
        'Brewed the {origin} lot {way}. Mostly {note}, a little smoke.',
        'Three days without sugar in my coffee. I can finally taste {note}.',
        'Hot take: {origin} coffee is best {way}.',
        'The grinder broke, so this morning’s cup is {note} and regret.',
      ],
    },
    {
      name: 'gardening',
      words: {
        plant: ['tomatoes', 'sweet peas', 'courgettes', 'dahlias', 'runner beans', 'rhubarb'],
        pest: [
          'slugs',
          'pigeons',
          'the neighbour’s cat',
          'a late frost',
          'something with very small teeth',
        ],
        month: ['March', 'May', 'June', 'September'],
      },
      sentences: [
        'The {plant} are in. Now we wait, and argue with {pest}.',
        '{pest} got the {plant} overnight. We begin again.',
        'Sowed {plant} in {month} and forgot where. Today they told me.',
        'Gave away four bags of {plant} and there are still too many.',
        'Note to self: {plant} hate being moved in {month}.',
      ],
    },
    {
      name: 'programming',
      words: {
        thing: [
          'a cache that never expired',
          'an off-by-one in the pager',
          'a time zone',
          'a missing await',
          'two services that both thought they were the leader',
        ],
        tool: [
          'the profiler',
          'a plain SQL query',
          'printing things',
          'reading the manual',
          'deleting half of it',
        ],
        number: ['three hours', 'a whole sprint', 'eleven minutes', 'one very long Friday'],
      },
      sentences: [
        'The bug was {thing}. It is always {thing}.',
        'Spent {number} on {thing}; what found it was {tool}.',
        'Unpopular opinion: {tool} beats any dashboard.',
        'We shipped the migration. It took {number}, and nobody noticed, which is the point.',
        'Reviewing a change that removes 900 lines and adds 40. This is what love looks like.',
        'If your test passes when you delete the code, it was {thing} all along.',
      ],
    },
    {
      name: 'books',
      words: {
        genre: [
          'a novel about lighthouse keepers',
          'a history of salt',
          'a very slow detective story',
          'letters between two botanists',
          'short stories set on trains',
        ],
        page: ['page 40', 'the last chapter', 'the second paragraph', 'the footnotes'],
      },
      sentences: [
        'Reading {genre}. By {page} I had cancelled my evening.',
        'Somebody recommend something like {genre}, but funny.',
        'Finished {genre} on the bus and missed my stop.',
        'I have been stuck at {page} for a week, and it is not the book’s fault.',
      ],
    },
    {
      name: 'music',
      words: {
        piece: [
          'the slow movement',
          'that bass line',
          'the second verse',
          'the bit where the drums stop',
        ],
        instrument: ['cello', 'clarinet', 'twelve-string guitar', 'harmonium', 'trombone'],
        venue: [
          'the back room of a pub',
          'a half-empty church',
          'the town hall',
          'somebody’s kitchen',
        ],
      },
      sentences: [
        'Heard a {instrument} in {venue} last night and have not been the same since.',
        'Learning the {instrument} at forty. {piece} is nearly recognisable.',
        'Can we talk about {piece}? I have played it nine times today.',
        'Our little band plays {venue} on Saturday. Bring ear plugs and friends.',
      ],
    },
    {
      name: 'city',
      words: {
        thing: [
          'the 38 bus',
          'the Sunday market',
          'the lido',
          'the library on the hill',
          'the ferry',
        ],
        weather: ['drizzle', 'sudden sun', 'fog down to the rooftops', 'the first warm evening'],
      },
      sentences: [
        '{weather} today, and {thing} was full of people pretending not to be pleased.',
        'They are closing {thing} for repairs until spring. I am bereft.',
        'Best seat in town: {thing}, in {weather}.',
        'A stranger on {thing} just explained the whole council budget to me. Clearly, too.',
      ],
    },
  ],
}
