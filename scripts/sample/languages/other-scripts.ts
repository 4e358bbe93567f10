import type { Language } from '../language.ts'

export const japanese: Language = {
  code: 'ja',
  share: 7,
  given: [
    ['葵', 'aoi'],
    ['蓮', 'ren'],
    ['陽菜', 'hina'],
    ['湊', 'minato'],
    ['紬', 'tsumugi'],
    ['悠真', 'yuma'],
    ['結衣', 'yui'],
    ['大和', 'yamato'],
    ['凛', 'rin'],
    ['直樹', 'naoki'],
  ],
  family: [
    ['佐藤', 'sato'],
    ['田中', 'tanaka'],
    ['高橋', 'takahashi'],
    ['渡辺', 'watanabe'],
    ['小林', 'kobayashi'],
    ['山本', 'yamamoto'],
    ['森', 'mori'],
    ['石川', 'ishikawa'],
    ['藤田', 'fujita'],
    ['岡本', 'okamoto'],
  ],
  order: 'family-first',
  between: ' ',
  cities: ['東京', '京都', '札幌', '福岡', '金沢'],
  joint: '',
  asides: ['また明日。', '同じ人いますか？', 'おすすめです。', '今日はここまで。', '小さな幸せ。'],
  topics: [
    {
      name: 'ramen',
      words: {
        ramen: ['味噌ラーメン', '煮干しそば', '担々麺', '塩ラーメン'],
        place: ['駅前の店', '路地裏の店', '深夜の屋台', '商店街の老舗'],
      },
      sentences: [
        '{place}の{ramen}、並んだ甲斐がありました。',
        '今日の昼は{ramen}。汗だくだけど大満足。',
        '{place}が今月で閉店だそうです。最後に{ramen}を食べに行きます。',
      ],
    },
    {
      name: 'trains',
      words: {
        line: ['始発', '各駅停車', '海沿いの路線', '一両編成の電車'],
        view: ['富士山', '朝焼け', '雪の田んぼ', '満開の桜'],
      },
      sentences: [
        '{line}の窓から{view}が見えました。',
        '{line}に揺られて三時間。{view}だけで来てよかったと思えます。',
        '{view}を見るためだけに{line}に乗る休日。',
      ],
    },
    {
      name: 'garden',
      words: {
        plant: ['朝顔', 'ミニトマト', '紫陽花', '盆栽の松'],
        state: ['ようやく咲きました', '少し元気がありません', '驚くほど伸びています'],
      },
      sentences: ['ベランダの{plant}が{state}。', '{plant}が{state}。写真は後ほど。'],
    },
  ],
}

export const arabic: Language = {
  code: 'ar',
  share: 5,
  given: [
    ['ليلى', 'layla'],
    ['عمر', 'omar'],
    ['سلمى', 'salma'],
    ['يوسف', 'youssef'],
    ['هدى', 'huda'],
    ['كريم', 'karim'],
    ['نور', 'nour'],
    ['طارق', 'tariq'],
    ['مريم', 'maryam'],
    ['زياد', 'ziad'],
  ],
  family: [
    ['حداد', 'haddad'],
    ['منصور', 'mansour'],
    ['الخطيب', 'alkhatib'],
    ['نجار', 'najjar'],
    ['سالم', 'salem'],
    ['عبود', 'abboud'],
    ['قاسم', 'qasim'],
    ['فارس', 'fares'],
  ],
  order: 'given-first',
  between: ' ',
  cities: ['القاهرة', 'بيروت', 'عمّان', 'تونس', 'الدار البيضاء'],
  joint: ' ',
  asides: ['ما رأيكم؟', 'إلى الغد.', 'أنصح به بشدة.', 'هذا كل شيء.', 'متعة صغيرة.'],
  topics: [
    {
      name: 'food',
      words: {
        dish: ['مجدرة', 'كشري', 'ورق عنب', 'طاجين بالزيتون'],
        who: ['وصفة جدتي', 'من المطعم القديم', 'من يد أمي', 'للمرة الأولى'],
      },
      sentences: [
        'اليوم على الغداء {dish}، {who}.',
        'لا شيء يشبه {dish} {who}.',
        'حاولت أن أطبخ {dish} {who}، والنتيجة مقبولة.',
      ],
    },
    {
      name: 'poetry',
      words: {
        time: ['آخر الليل', 'مع قهوة الصباح', 'في القطار', 'قبل النوم'],
        thing: ['قصيدة قديمة', 'رواية قصيرة', 'رسائل شاعر', 'كتاب عن النجوم'],
      },
      sentences: [
        'أقرأ {thing} {time}.',
        'وجدت {thing} في مكتبة صغيرة وقرأتها {time}.',
        'من يحب أن نقرأ معًا {thing} {time}؟',
      ],
    },
    {
      name: 'city',
      words: {
        place: ['السوق القديم', 'الكورنيش', 'الحي الذي ولدت فيه', 'محطة القطار'],
        weather: ['مطر خفيف', 'حر شديد', 'نسيم البحر', 'ضباب الصباح'],
      },
      sentences: [
        '{weather} اليوم في {place}.',
        'مشيت إلى {place} رغم {weather}.',
        'أجمل ما في {place} هو {weather}.',
      ],
    },
  ],
}
