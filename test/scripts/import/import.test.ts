import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { idTimeMs, shardOf, type PostId, type UserId } from '../../../shared/ids.ts'
import { Handle } from '../../../shared/user.ts'
import { importWorld } from './import-world.ts'

const PEOPLE = [
  '{"id":"a-1","handle":"ada","name":"Ada","interests":["maps","birds"],"createdAt":"2011-05-01T10:00:00Z"}',
  '{"id":9223372036854775808,"handle":"bea"}',
  '{"id":"cy"}',
].join('\n')

describe('an import', { timeout: 60_000 }, () => {
  it('takes people, follows and posts, and keeps the ids that they had', async () => {
    await using world = await importWorld()
    const people = await world.file('people.jsonl', PEOPLE)
    const follows = await world.file('follows.csv.gz', 'follower,followee\na-1,cy\r\n"cy",a-1\n')
    const posts = await world.file(
      'posts.tsv',
      '#id\tauthor(who wrote it)\tat\ttext\np1\ta-1\t1341100972\tHello from 2012\np2\tcy\t2013-01-01T00:00:00.250Z\tAnd later\n',
    )
    const { code, output } = await world.run(
      '--users',
      people,
      '--follows',
      follows,
      '--posts',
      posts,
    )

    expect(output).toMatch(/3 users taken[^]*2 follows taken[^]*2 posts taken/)
    expect(code).toBe(0)
    const users = await world.rows<{ id: UserId; external_id: string; handle: string }>(
      'select id, external_id, handle, name, interests, created_at from users order by external_id',
    )
    expect(users).toMatchObject([
      // An id that no double and no bigint can hold is kept to the last digit.
      { external_id: '9223372036854775808', handle: 'bea', name: '9223372036854775808' },
      { external_id: 'a-1', handle: 'ada', name: 'Ada', interests: ['maps', 'birds'] },
      { external_id: 'cy', handle: 'cy', name: 'cy' },
    ])
    const [first, second] = await world.rows<{ id: PostId; author: UserId; created_at: Date }>(
      `select p.id, p.author_id as author, created_at, delivery, external_id from posts p
       join imported_posts on post_id = p.id order by p.id`,
    )
    expect(first).toMatchObject({ external_id: 'p1', delivery: 'push' })
    expect(idTimeMs(first?.id as PostId)).toBe(1_341_100_972_000)
    expect(first?.created_at.getTime()).toBe(1_341_100_972_000)
    expect(idTimeMs(second?.id as PostId)).toBe(Date.UTC(2013, 0, 1, 0, 0, 0, 250))
    expect(shardOf(second?.id as PostId)).toBe(shardOf(second?.author as UserId))
    expect(
      await world.rows(
        `select external_id, followers, following, posts from user_counts
         join users on id = user_id order by external_id`,
      ),
    ).toMatchObject([
      { external_id: 'a-1', followers: '1', following: '1', posts: '1' },
      { external_id: 'cy', followers: '1', following: '1', posts: '1' },
    ])
  })

  it('reports each bad row with its line and a reason, and takes all others', async () => {
    await using world = await importWorld()
    const people = await world.file('people.csv', 'id,handle\n1,one\n2,two\n1,again\n3,ONE\n4,x\n')
    const follows = await world.file(
      'follows.tsv',
      [
        'follower\tfollowee\tat',
        '1\t2\t',
        '1\t1\t',
        '1\tnobody\t',
        '1\t2\t',
        '2\t1',
        '2\t1\t2999-01-01',
        'a\u0000b\t1\t',
        '2\t1\t2015-06-01',
      ].join('\n'),
    )
    const huge = 'x'.repeat(2 * 1024 * 1024)
    const posts = await world.file(
      'posts.jsonl',
      Buffer.concat([
        Buffer.from(
          [
            '{"author":"1","at":1400000000,"text":"fine","id":"p"}',
            '{"author":"99","at":1400000000,"text":"unknown"}',
            `{"author":"1","at":1400000000,"text":"${huge}"}`,
            '{"author":"1","at":4400000000,"text":"not yet"}',
            '{"author":"1","at":1400000000,"text":"a \\u0000"}',
            '{"author":"1","at":1400000000,"text":"half \\ud83d"}',
            '{"author":"1","at":"yesterday","text":"when"}',
            '{"author":"1","at":900000000,"text":"too early for an id"}',
            `{"author":"1","at":1400000000,"text":"${'y'.repeat(4001)}"}`,
            '{"author":"1","at":1400000000}',
            '["author"]',
            '{"author":',
            '{"author":"1","at":1400000000,"text":"twice","id":"p"}',
            '{"author":2,"at":"1400000001","text":"a number, for an id"}\n',
          ].join('\n'),
        ),
        Buffer.from([0x22, 0xff, 0x22, 0x0a]),
        Buffer.from('\n{"author":"2","at":1400000002,"text":"the last line has no end"}'),
      ]),
    )
    const { code, output } = await world.run(
      '--users',
      people,
      '--follows',
      follows,
      '--posts',
      posts,
    )
    expect(code).toBe(0)
    expect(output).toContain('rows were rejected; all others are there')

    expect(await world.rejected('users')).toEqual([
      ['5', 'handle ONE is another user’s', '3,ONE'],
      ['6', expect.stringMatching(/^handle: /), '4,x'],
    ])
    expect((await world.rejected('follows')).map(([line, reason]) => [line, reason])).toEqual([
      ['3', 'a follow of oneself'],
      ['4', 'unknown followee nobody'],
      ['6', '2 columns instead of 3'],
      ['7', 'at lies in the future'],
      ['8', 'follower holds a NUL'],
    ])
    const reasons = (await world.rejected('posts')).map(([line, reason]) => `${line} ${reason}`)
    expect(reasons).toMatchObject([
      '2 unknown author 99',
      '3 longer than 65536 bytes',
      '4 at lies in the future',
      '5 text: not valid text',
      '6 text: not valid text',
      '7 at is no date: yesterday',
      '8 at is before the year 2000',
      '9 text: longer than 4000 characters',
      '10 without text',
      '11 not a JSON object',
      expect.stringMatching(/^12 not JSON/),
      '15 not UTF-8',
    ])
    expect(await world.rows('select taken, repeated, rejected from imports order by kind')).toEqual(
      [
        { taken: '2', repeated: '1', rejected: '5' },
        { taken: '3', repeated: '1', rejected: '12' },
        { taken: '2', repeated: '1', rejected: '2' },
      ],
    )
    expect(await world.rows('select text from posts order by created_at')).toEqual([
      { text: 'fine' },
      { text: 'a number, for an id' },
      { text: 'the last line has no end' },
    ])
  })

  it.each([
    ['follows.tsv', 'who\twhom\n1\t2\n', /no column follower, followee among who, whom/],
    ['follows.tsv', '1\t2\n', /first line must name the columns/],
    ['follows.tsv.gz', gzipSync('follower\tfollowee\n1\t2\n').subarray(0, 25), /breaks off/],
    ['follows.xlsx', 'PK', /must end in/],
  ])('writes nothing where %s is wrong as a whole', async (name, content, words) => {
    await using world = await importWorld()
    // Packed once already: the name must not pack it again.
    const file = await world.file(name.replace(/\.gz$/, ''), content)
    const people = await world.file('people.csv', 'id\n1\n2\n')
    const { code, output } = await world.run('--users', people, '--follows', file)

    expect(output).toMatch(words)
    expect(code).toBe(1)
    expect(await world.number('select count(*) from follows')).toBe(0)
  })

  it('refuses likes in words, rather than leaving them out', async () => {
    await using world = await importWorld()
    const { code, output } = await world.run('--likes', 'likes.tsv')
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('no likes yet') })
  })

  it('makes the people that rows name, when it is told to', async () => {
    await using world = await importWorld()
    await world.pool.query(`insert into users (handle, name) values ('user_7', 'Seven')`)
    const file = await world.file('edges.tsv', '7\t8\tx\nÜmit ö\t8\tx\n')
    const { output } = await world.run(
      '--follows',
      file,
      '--follows-columns',
      'follower,followee,-',
      '--create-users',
    )

    expect(output).toContain('2 follows taken')
    const made = await world.rows<{ external_id: string; handle: string }>(
      'select external_id, handle from users where external_id is not null order by external_id',
    )
    expect(made.map(({ external_id }) => external_id)).toEqual(['7', '8', 'Ümit ö'])
    expect(new Set(made.map(({ handle }) => handle)).size).toBe(3)
    for (const { handle } of made) expect(Handle.safeParse(handle).success).toBe(true)
  })

  it('takes no follow across a block, and none beyond the bound', async () => {
    await using world = await importWorld()
    await world.pool.query(
      `insert into users (handle, name, external_id)
       select 'c' || n, 'One of many', 'c' || n from generate_series(0, 10002) n`,
    )
    await world.pool.query(
      `insert into follows (follower_id, followee_id)
       select me.id, u.id from users me, users u where me.handle = 'c0' and u.handle !~ '^c(.|1000.)$'`,
    )
    await world.pool.query(
      `insert into user_counts (user_id, followers, following)
       select id, (select count(*) from follows where followee_id = id),
         case handle when 'c0' then 9990 else 0 end from users`,
    )
    await world.pool.query(
      `insert into blocks (blocker_id, blocked_id)
       select a.id, b.id from users a, users b where a.handle = 'c3' and b.handle = 'c0'`,
    )
    const wanted = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000, 10_000, 10_001, 10_002, 10]
    const file = await world.file(
      'follows.csv',
      ['follower,followee', ...wanted.map((one) => `c0,c${one}`)].join('\n'),
    )
    const { output } = await world.run('--follows', file)

    expect(output).toContain('10 follows taken, 2 there already, 2 rejected')
    expect(await world.number('select count(*) from follows')).toBe(10_000)
    expect(await world.rejected('follows')).toEqual([
      ['4', 'one blocks the other', 'c0,c3'],
      ['14', 'the follower follows 10000 already', 'c0,c10002'],
    ])
  })

  it('goes on after kill -9, and repeats nothing', async () => {
    await using world = await importWorld()
    const rows = Array.from({ length: 20_000 }, (_, at) =>
      at % 1_000 === 7 ? `s${at},s${at},x` : `${at % 300},1400000000,text ${at}`,
    )
    const file = await world.file('posts.csv.gz', ['author,at,text', ...rows].join('\n'))
    const args = ['--posts', file, '--create-users'] as const
    const line = () => world.number(`select coalesce(max(line), 0) from imports`)
    const stops: number[] = []
    for (const least of [1, 8_000]) {
      await world.runUntil(async () => (await line()) > least, ...args)
      stops.push(await line())
    }
    // Killed in the middle, each time further on: else this test would prove nothing.
    expect(stops.every((stop) => stop > 0 && stop < 20_001)).toBe(true)
    const { output } = await world.run(...args)

    expect(output).toContain('19980 posts taken, 0 there already, 20 rejected')
    expect(await world.number('select count(*) from posts')).toBe(19_980)
    expect(await world.number('select count(distinct text) from posts')).toBe(19_980)
    const reported = (await world.rejected('posts')).map(([at]) => Number(at))
    expect(reported).toEqual(Array.from({ length: 20 }, (_, at) => at * 1_000 + 9))

    // The same bytes under another name are the same file.
    const renamed = await world.file('other.csv.gz', ['author,at,text', ...rows].join('\n'))
    expect((await world.run('--posts', renamed)).output).toContain('was imported before')
    const again = await world.run('--posts', renamed, '--again')
    expect(again).toEqual({ code: 1, output: expect.stringContaining('there twice') })
  })

  it('gives posts of one moment different ids, more than a moment has', async () => {
    await using world = await importWorld()
    const file = await world.file(
      'posts.csv',
      ['author,at,text', ...Array.from({ length: 3_000 }, (_, at) => `one,1400000000,${at}`)].join(
        '\n',
      ),
    )
    // The sequence comes round to where these ids are taken already.
    await world.run('--posts', file, '--create-users')
    await world.pool.query(
      `select setval('id_sequence', ((min(id) & 65535) + 65535)::int % 65536) from posts`,
    )
    const more = await world.file('more.csv', 'author,at,text\none,1400000000,another\n')
    await world.run('--posts', more)

    expect(await world.number('select count(*) from posts')).toBe(3_001)
  })
})
