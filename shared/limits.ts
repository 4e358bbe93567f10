/** Every bound of the system, with its unit and its reason. */

/** A page a phone can draw at once; beyond it a client pages. */
export const FEED_PAGE_POSTS_MAX = 50
export const FEED_PAGE_POSTS_DEFAULT = 20
/** A post longer than this is an article; products set less. Counted in code points. */
export const POST_TEXT_CHARACTERS_MAX = 4_000
/** 4,000 characters of four bytes, escaped, and the rest of the request. */
export const REQUEST_BODY_BYTES_MAX = 64 * 1024
/** Provisioning sends up to 1,000 users in one request. */
export const ADMIN_BODY_BYTES_MAX = 1024 * 1024
export const PROVISION_USERS_MAX = 1_000
export const USERS_BATCH_MAX = 100
export const HANDLE_CHARACTERS_MAX = 30
export const NAME_CHARACTERS_MAX = 80
export const BIO_CHARACTERS_MAX = 500
export const INTERESTS_MAX = 20
export const EXTERNAL_ID_CHARACTERS_MAX = 200
export const IDEMPOTENCY_KEY_CHARACTERS_MAX = 200
export const CURSOR_CHARACTERS_MAX = 512

/** A viewer record stays below 110 kB; a page's author check stays a set look-up. */
export const FOLLOWS_MAX = 10_000
/** Blocks and mutes kept inline in a viewer record, together. */
export const RELATIONS_INLINE_MAX = 2_000
/** Viewer records in a process's memory: some 100,000 people who follow a few dozen each. */
export const VIEWER_RECORDS_BYTES_MAX = 256 * 1024 * 1024
/** Half of what the tail remembers: a record kept longer unread might miss a version that the tail forgot. */
export const VIEWER_RECORD_AGE_MS_MAX = 60_000
/** Post fragments in a process's memory: some 50,000, far more than are read within two minutes. */
export const KEPT_FRAGMENTS_BYTES_MAX = 64 * 1024 * 1024
/** Lists in a process's memory, at eight bytes an id: some 9,000 full ones. */
export const KEPT_LISTS_BYTES_MAX = 64 * 1024 * 1024
/** Authors of posts in a process's memory: some 40 MB, enough to rank the pages of a thousand readers. */
export const KEPT_AUTHORS_MAX = 250_000
/** First elements of a list that are compared with a copy of it: more were rarely pushed since the last page. */
export const LIST_NEWEST_ELEMENTS = 16
/** Elements that have to be the same at least, or the copy counts as another list. */
export const LIST_NEWEST_ALIKE_MIN = 4
/** More unabsorbed follows than this drop the list: pulling them costs more than warming. */
export const RECENT_FOLLOWS_MAX = 50

/** Measured: readers look at far fewer; a list of 800 costs about 9 kB. */
export const LIST_POSTS_MAX = 800
/** A list lives this long from its warming; a push never prolongs it. */
export const LIST_LIFE_MS = 7 * 24 * 3600 * 1000
/** A warmer that died frees its list after this. */
export const WARMING_MS = 30_000
/** One push in so many looks whether the list is too long. */
export const TRIM_EVERY_PUSHES = 16
/** Author lists that one page reads; beyond, Postgres within the budget. */
export const AUTHOR_LISTS_PER_PAGE_MAX = 500
/** A pull post keeps its author in the pulled set this long: no list is older than its life. */
export const PULLED_SET_LIFE_MS = LIST_LIFE_MS + 24 * 3600 * 1000
/** Authors in the published pulled set; beyond, the edge asks the origin. */
export const PULLED_SET_AUTHORS_MAX = 20_000
/** Keys of one raw write: below 1 ms of Redis (1 µs an insert, measured; 4 µs where others want its processor). */
export const PUSH_BATCH_MAX = 128
/** Scripts of one raw write: about 10 µs each, the same millisecond. */
export const SCRIPT_BATCH_MAX = 64
/** Claims of one raw write: 20 µs each with all partitions, four times a second for each bucket; pages wait behind them. */
export const CLAIM_BATCH_MAX = 16
/** Partitions that hear of the same tick within this time claim together. */
export const CLAIMS_GATHER_MS = 10
/** Followers of one chunk: large authors take turns with small ones, and pages with all of them. */
export const DELIVERY_CHUNK_FOLLOWERS = 500
/** Authors whose followers are read and pushed to at once: each waits for Postgres half of its time. */
export const DELIVERY_TURNS_MAX = 8
/**
 * Followers that a post is pushed to by the consumer that read it: about a tenth of a second of its log
 * partition. The rest becomes jobs of its own, so that nobody behind it waits for a large author.
 */
export const DELIVERY_INLINE_FOLLOWERS_MAX = 10_000
/** Followers of one such job: some 50 ms, so that several processes share a post, and a kill costs little. */
export const DELIVERY_RANGE_FOLLOWERS = 5_000
/**
 * Posts of one log partition with jobs under way; the next ones wait for them where they are. In all
 * partitions they are half of the exceptions that may stand beside a watermark.
 */
export const DELIVERY_RANGED_POSTS_MAX = 6
/** Jobs that one process works on at once: each waits for Postgres half of its time. */
export const DELIVERY_RANGES_AT_ONCE = 2
/** A job of a dead process is free after this; a living one takes a fraction of a second. */
export const DELIVERY_RANGE_LEASE_MS = 10_000
/** Jobs that another process has made are looked for this often: as often as ticks let them begin. */
export const DELIVERY_RANGES_POLL_MS = 250
/** Authors whose followers one statement reads: as many as take turns at once, a chunk of each. */
export const FOLLOWERS_ASKS_MAX = 8
/** Batches whose posts one statement reads: one of each partition. */
export const POSTS_ASKS_MAX = 8
/** Readers of the outbox in one process: the tail, the leader and the groups. */
export const OUTBOX_ASKS_MAX = 16
/** Rows that delivery reads with one statement. */
export const DELIVERY_READ_MAX = 500
/** A post whose id is this much older than its event was imported with a date of its own. */
export const IMPORT_AGE_MS = 60_000
/** Posts of one author whose cached fragments are looked up at once after a change of its profile. */
export const REWRITE_CHUNK_POSTS = 200
/** Promise 4 allows a changed profile so long to reach the posts that it is written in. */
export const REWRITE_MS_MAX = 60_000
/** Of one partition, in case a node loses what was rewritten: more than change their profile in an hour. */
export const RENAMES_REMEMBERED_MAX = 10_000
/** Whether dead letters were replayed is looked at this often. */
export const EXCEPTIONS_CHECK_MS = 1_000
/** A post is in every list within this, or its absence is a fault. */
export const DELIVERY_GRACE_MS = 5_000
/** What the comparison of one timeline with Postgres reads at most: twice the longest list that settings allow. */
export const VERIFY_PAGE_POSTS = 1_000
export const VERIFY_PAGES_MAX = 20
/** Posts beside a watermark that readers pull, dead ones and those with jobs under way. */
const DELIVERY_EXCEPTIONS_MAX = 100
/** Of them the dead: what eight partitions with all their jobs leave. At this many delivery stops. */
export const DEAD_DELIVERIES_MAX = DELIVERY_EXCEPTIONS_MAX - 8 * DELIVERY_RANGED_POSTS_MAX

/** Fills and warmings under way after answers; beyond, they are left to the next reader. */
export const AFTER_ANSWER_WORK_MAX = 256
/** Absent lists that one read has warmed after its answer; the next read goes on with the rest. */
export const WARMINGS_PER_READ_MAX = 20

export const FRAGMENT_LIFE_MS = 7 * 24 * 3600 * 1000
/** A fill whose read is older than this may have missed an invalidation. */
export const FILL_AGE_MS_MAX = 1_000

/** Posts that a ranked first page freezes from the network. */
export const SESSION_POSTS_MAX = 400
export const SESSION_LIFE_MS = 24 * 3600 * 1000
export const SESSIONS_PER_VIEWER_MAX = 3
/** A ranked post loses half of its score in this time: yesterday's best stays behind today's average. */
export const RECENCY_HALF_LIFE_MS = 6 * 3600 * 1000
/** Each further post of one author counts this much of the one before it. */
export const AUTHOR_SPREAD_SHARE = 0.7
export const CURSOR_LIFE_MS = 24 * 3600 * 1000

/** Watermarks advance on ticks; an idle partition and a dead consumer look different. */
export const TICK_EVERY_MS = 250
/** Readers of the outbox look this often even without a signal. */
export const OUTBOX_POLL_MS = 50
/** Writes that follow each other faster are signalled together. */
export const SIGNAL_EVERY_MS = 10
/** So many of them within that time are signalled one by one all the same. */
export const SIGNALS_ALONE_MAX = 3
/** Readers of the outbox poll meanwhile, so this only has to spare a Postgres that is starting. */
export const SIGNAL_RECONNECT_MS = 500
/** Events that one read of the log hands out. */
export const LOG_BATCH_EVENTS_MAX = 1_000
/** A partition under load is read this often: each batch costs some statements and a commit, however small. */
export const LOG_BATCH_EVERY_MS = 50
/** A partition's lease: a dead process frees it after this. */
export const LOG_LEASE_MS = 10_000
/** A process says that it works on a group, and looks for partitions to take or give, this often. */
export const LOG_BEAT_MS = 1_000
/** Positions that moved without an event are written this often: a write for each tick would be most of the load. */
export const LOG_COMMIT_IDLE_MS = 2_000
/** Events before a position that are counted; who is further behind is known by the time. */
export const LAG_EVENTS_COUNTED_MAX = 10_000
/** Whoever scrapes comes about this often. */
export const GROUP_LAGS_EVERY_MS = 10_000
/** A group this far behind raises an alarm. */
export const LOG_LAG_ALARM_MS = 24 * 3600 * 1000
export const EVENT_ATTEMPTS_MAX = 8
export const RETRY_FIRST_MS = 50
export const RETRY_LAST_MS = 5_000

/** The tail's memory: twice the longest lag that readers are asked to cover. */
export const TAIL_MS = 120_000
export const TAIL_BYTES_MAX = 128 * 1024 * 1024
/** A tail that has not looked at the outbox for longer cannot keep a delete within two seconds: pages say so. */
export const TAIL_AGE_MS_MAX = 1_500
/** A post's own transaction takes a few milliseconds. After this, one that the tail has not heard of never will be. */
export const MINT_TO_COMMIT_MS_MAX = 1_000
/** How long a read waits for the tail to reach its token before it reads the outbox itself. */
export const TAIL_WAIT_MS_MAX = 50

/** A read that the outbox keeps waiting for longer is answered without its token. */
export const TAIL_READ_MS_MAX = 500
/** Tail memory is let go in pieces of this much time: finer ones cost more to keep apart than they free. */
export const TAIL_PIECE_MS = 1_000

/** How soon another process leads after the leader's session ended. */
export const LEADER_RETRY_MS = 500
/** A leader's session that asked nothing for this long is ended by Postgres: its network is gone, its lock is not. */
export const LEADER_IDLE_MS = 10_000
export const LEADER_GOODBYE_MS = 1_000
/** Partitions are looked after and alarms judged this often. */
export const LEADER_CHORES_MS = 60_000
/** A region that did not answer is asked again this often. */
export const REGION_RETRY_MS = 250
/** Entries that wait for a region; one further behind begins again with a gap. */
export const INVALIDATION_WAITING_MAX = 10_000
/** Entries of one append: below 1 ms of Redis. */
export const INVALIDATION_APPEND_MAX = 256
/** Clocks of Redis and Postgres hosts agree within this, or an alarm is raised. */
export const CLOCK_SKEW_MS_MAX = 100

export const LEASE_RENEW_MS = 100
/** Half a second of Redis's own time: 0.5 + 0.5 + 1 keeps a delete within two seconds. */
export const LEASE_LIFE_MS = 500
/**
 * No lease is renewed on a tick that was made longer ago than this: 1 + 1 (a watermark behind its lease)
 * + 0.5 + 0.5 + 1 keeps a new post within five seconds.
 */
export const LEASE_TICK_AGE_MS_MAX = 1_000
/** Everything committed longer ago than this is in the invalidation log before a lease is renewed. */
export const INVALIDATION_LAG_MS_MAX = 500
/** Entries that the invalidation log keeps. An isolate that fell further behind drops its memory. */
export const INVALIDATION_LOG_ENTRIES_MAX = 20_000
export const INVALIDATION_READ_MAX = 500

/** An L1 entry is served this long after the sending of a read that saw the lease. */
export const L1_SERVE_MS = 1_000
export const L1_POLL_MS = 500
/** A Worker has 128 MB; the memory cache takes a quarter. */
export const L1_BYTES_MAX = 32 * 1024 * 1024
export const L1_ENTRY_BYTES_MAX = 128 * 1024
/** The memory cache forgets after this: profiles and counts change without a word in the invalidation log. */
export const L1_AGE_MS_MAX = 10_000
/** A pulled author's new post shows up after at most this, and the next read of the list. */
export const L1_AUTHOR_LIST_MS_MAX = 2_000
/** A viewer record of 10,000 follows, unpacked; the one kind that may be larger than other entries. */
export const L1_VIEWER_BYTES_MAX = 1024 * 1024
/** Tags whose versions an isolate remembers: whatever fell out was delivered long ago. */
export const HEARD_TAGS_MAX = 20_000
/** A watermark further behind the lease than this sends the read to the origin. */
export const EDGE_WATERMARK_LAG_MS_MAX = 1_000
/** The one published exception to bounded staleness: public fragments when neither lease nor origin is there. */
export const PUBLIC_STALE_MS_MAX = 60_000
/** The isolate that forwarded a write keeps its token this long for authors who drop it. */
export const FORWARDED_TOKEN_MS = 5_000

export const L2_DEADLINE_MS = 250
export const ORIGIN_DEADLINE_MS = 2_000
export const REDIS_DEADLINE_MS = 500
export const REDIS_CONNECT_DEADLINE_MS = 1_000
/** A Redis that comes back is found within a second, and one that stays away is not hammered. */
export const REDIS_RECONNECT_FIRST_MS = 25
export const REDIS_RECONNECT_LAST_MS = 1_000
/** Who has which slots of a cluster is asked this often, and at once after a redirect. */
export const REDIS_MAP_EVERY_MS = 250
/** Redirects within this time of the last look say nothing new. */
export const REDIS_MAP_AGAIN_MS = 20
/** A node that a redirect names first is connected to within this; a page cannot wait longer. */
export const REDIS_REDIRECT_WAIT_MS = 100
/** Nodes of a cluster that are asked and connected to; the largest that Redis recommends has fewer shards. */
export const REDIS_CLUSTER_NODES_MAX = 1_000
/** A failover takes about two seconds; a delivery that begins meanwhile waits for its end. */
export const REDIS_FAILOVER_MS = 3_000
/** Waves that wait for Redis: at 10,000 a second 100 ms; later ones could not be in time. */
export const WAVES_IN_FLIGHT_MAX = 1_024
export const POSTGRES_DEADLINE_MS = 2_000
/** Reads without a list and warming share this many Postgres statements at once, and this queue. */
export const POSTGRES_FEED_READS_MAX = 8
export const POSTGRES_FEED_QUEUE_MAX = 64

/** What all sources of a page wait together for a turn of that: at two milliseconds a statement the whole queue. */
export const PAGE_SOURCES_MS_MAX = 50
/** The edge waits ORIGIN_DEADLINE_MS: a page that says what it lacks has to be there before. */
export const PAGE_POSTGRES_MS_MAX = 1_500
/** Of one page: nobody changes whom they follow more often while a page is made. */
export const RECORD_RENEWALS_MAX = 2

export const IDEMPOTENCY_LIFE_MS = 24 * 3600 * 1000
export const SETTINGS_POLL_MS = 500
export const COUNTS_EVERY_MS = 1_000
/** Users recounted in one transaction, which locks their counts. */
export const COUNTS_BATCH_MAX = 200
/** Counts stand under no watermark: a node that lost the newest may show the older ones for so long, and no longer. */
export const COUNTS_LIFE_MS = 60_000
/** Older ones lie there for so long, for when Postgres cannot be asked. */
export const COUNTS_KEPT_MS = 24 * 3600 * 1000
/** Outbox partitions cover this much time; two are made ahead. */
export const OUTBOX_PARTITION_MS = 6 * 3600 * 1000
/** Old outbox partitions stay this long although everyone is past them: a rolled-back Redis goes back by hours at most. */
export const OUTBOX_KEEP_MS = 24 * 3600 * 1000
/** Taking a partition away waits this long for readers and writers before it gives up until the next round. */
export const OUTBOX_DETACH_WAIT_MS = 100
export const SHUTDOWN_GRACE_MS = 10_000
/** A process that others replace asks its clients to connect anew for this long; one in use is asked within a request. */
export const DRAIN_MS = 5_000
/** What a process may take beside draining and answering: partitions handed on, stores closed. */
export const PROCESS_END_MS = 5_000
/** A process that was started is ready within this, or its start has failed. */
export const PROCESS_READY_DEADLINE_MS = 60_000
/** Processes of one supervisor: more belong on another machine. */
export const ORIGIN_PROCESSES_MAX = 64
/** Whoever asks for the metrics of all processes waits this long for each of them. */
export const METRICS_DEADLINE_MS = 1_000

/** A page's wave asks for at most 500 author lists, with their watermarks; the rest is room. */
export const L2_GATEWAY_COMMANDS_MAX = 2_048
export const L2_GATEWAY_ARGUMENTS_MAX = 2_048
/** That many commands with keys of a hundred bytes; also what one connection has to write at once. */
export const L2_GATEWAY_BODY_BYTES_MAX = 256 * 1024
/** 500 author lists of 800 ids; more in one answer does not fit into an isolate anyway. */
export const L2_GATEWAY_REPLY_BYTES_MAX = 16 * 1024 * 1024
/** Answers that slow clients have not taken yet; beyond, new requests are turned away. */
export const L2_GATEWAY_UNSENT_BYTES_MAX = 128 * 1024 * 1024
/** Requests that wait for Redis: at 10,000 a second this is 100 ms, and later ones could not be in time. */
export const L2_GATEWAY_WAITING_MAX = 1_024
export const L2_GATEWAY_WAITING_BYTES_MAX = 16 * 1024 * 1024
/** Redis owes replies and has said nothing for this long: the connection is given up. */
export const L2_GATEWAY_STALL_MS = 1_000
export const L2_GATEWAY_CONNECT_DEADLINE_MS = 1_000
/** The first try comes before an edge has noticed much; the last still finds Redis back within a second. */
export const L2_GATEWAY_RECONNECT_FIRST_MS = 50
export const L2_GATEWAY_RECONNECT_LAST_MS = 1_000
/** Sockets of edges: each isolate keeps up to six. */
export const L2_GATEWAY_CLIENTS_MAX = 4_096
/** A client that sends or takes nothing for this long in the middle of a request is let go. */
export const L2_GATEWAY_CLIENT_STALL_MS = 10_000
/** Longer than proxies and Workers keep an idle connection, so that they are the ones who close it. */
export const L2_GATEWAY_KEEP_ALIVE_MS = 75_000
/** Answers under way at the end take a Redis deadline; the rest is for slow clients. */
export const L2_GATEWAY_DRAIN_MS = 3_000
/** Below this a static token can be guessed. */
export const L2_GATEWAY_TOKEN_CHARACTERS_MIN = 16

/** Two writers that deadlock: one is told to begin again, and meets the other a second time only rarely. */
export const WRITE_ATTEMPTS_MAX = 3
/** Writes of one user that wait for each other in a process: nobody taps faster, and a script may come back. */
export const WRITE_TURNS_WAITING_MAX = 64
/** Statements of new posts that one process has under way: what comes meanwhile goes with the next one. */
export const POST_GROUPS_MAX = 2
/** Posts that one statement writes: some four milliseconds. */
export const POST_GROUP_MAX = 64
/** A statement that waits for a lock is waited for so long by those who come after it. */
export const POST_GROUP_HOLDS_UP_MS = 50
/** A post that waited so long for those before it is refused: more come than Postgres takes. */
export const POST_WAIT_MS_MAX = 500
/** The edge gives a write up after ORIGIN_DEADLINE_MS: one that has taken so long is not committed behind its back. */
export const WRITE_MS_MAX = 1_800
/** Half of what the edge waits for the origin; the write itself has the rest. */
export const WRITE_TURN_MS_MAX = 1_000

/** Regions that one read tries: the nearest, and the one that takes over. */
export const L2_REGIONS_TRIED_MAX = 2
export const L2_REGIONS_MAX = 16
/** Of all reads of a region, those that are sent to the next one too: as many as are slower than its p95. */
export const HEDGED_READS_SHARE_MAX = 0.05
/** Hedged reads that a quiet time saves up: a region that slows down may not double the other's load at once. */
export const HEDGED_READS_SAVED_MAX = 5
/** A region's newest latencies, of which the p95 is taken: some seconds of a busy isolate. */
export const L2_LATENCIES_KEPT = 128
/** Of fewer no p95 can be told. */
export const L2_LATENCIES_MIN = 20
/** Failures in a row after which an upstream is left alone, and for how long. */
export const BREAKER_FAILURES_MAX = 5
export const BREAKER_OPEN_MS = 1_000
/** Writers whose newest token an isolate remembers. */
export const FORWARDED_TOKENS_MAX = 10_000
/** The largest page, 50 posts of 4,000 escaped characters, is below 2 MB. */
export const ORIGIN_BODY_BYTES_MAX = 4 * 1024 * 1024
/** Requests of one reader in a period at one place; twenty a second is no person. */
export const RATE_LIMIT_REQUESTS_MAX = 1_200
/** Cloudflare counts in periods of 10 or 60 seconds. */
export const RATE_LIMIT_PERIOD_SECONDS = 60

/** Key sets and claims of large products fit; a header beyond it is refused by servers anyway. */
export const BEARER_TOKEN_CHARACTERS_MAX = 8_192
/** Tokens whose signatures a process or an isolate need not check again: some 5 MB. */
export const VERIFIED_TOKENS_MAX = 5_000
/** A key that was withdrawn is trusted this much longer; a fraction of what its set is. */
export const VERIFIED_TOKEN_LIFE_MS = 60_000
/** Clocks of whoever issues tokens and ours may differ by this much. */
export const CLOCK_TOLERANCE_SECONDS = 5
export const JWKS_DEADLINE_MS = 2_000
/** An unknown key id asks for the key set again at most this often, whoever sends them. */
export const JWKS_COOLDOWN_MS = 30_000
/** A key that its owner withdrew is trusted no longer than this. */
export const JWKS_LIFE_MS = 10 * 60 * 1000
/** External ids whose users a process remembers: about 10 MB, and a look-up costs a millisecond. */
export const SUBJECTS_REMEMBERED_MAX = 100_000
/** At 2,000 a second this is a quarter of one: more would be answered too late for their readers. */
export const REQUESTS_IN_FLIGHT_MAX = 512
/** However long the process is late, beside those that wait for Postgres: enough that it is never without work. */
export const REQUESTS_IN_FLIGHT_MIN = 32
/** And when it has only just become late: all that come at once after FLUSHALL, and as many that wait for nothing. */
export const REQUESTS_IN_BURST_MIN = 128
/** A process looks this often how late it is: several times within the patience of a reader. */
export const ADMISSION_EVERY_MS = 25
/** Later than this, and requests wait longer for the process than for its stores. */
export const ADMISSION_LATE_MS = 25
/** From the first byte of a request to its last: a body of 64 kB comes in a second, or never. */
export const REQUEST_DEADLINE_MS = 10_000
export const HEADERS_DEADLINE_MS = 5_000
/** Longer than edges and proxies keep an idle connection, so that they are the ones who close it. */
export const KEEP_ALIVE_MS = 75_000
/** A body that is refused for its size is read up to here, so that its sender sees the answer. */
export const REFUSED_BODY_BYTES_MAX = 4 * 1024 * 1024
/** Connections of one process. Writes have their own, so that reads that saturate theirs do not slow a post. */
export const POSTGRES_WRITE_CONNECTIONS_MAX = 16
/** What the budget of feed reads may use at once, and a few for reads that are not of feeds. */
export const POSTGRES_READ_CONNECTIONS_MAX = POSTGRES_FEED_READS_MAX + 4
/** Eight partitions of two groups rarely ask at the same moment. */
export const POSTGRES_LOG_CONNECTIONS_MAX = 12
/** Rows that one sweep deletes: a short transaction, however many have gathered. */
export const FORGET_ROWS_MAX = 5_000
export const FORGET_EVERY_MS = 10 * 60 * 1000

/** A broker that is there answers a connection at once. */
export const KAFKA_CONNECT_DEADLINE_MS = 1_000
/** Joining a group may wait for others to finish; the client adds that time by itself. */
export const KAFKA_REQUEST_DEADLINE_MS = 5_000
/** One request, and another one after a broker was found gone. */
export const KAFKA_ANSWER_DEADLINE_MS = 8_000
/**
 * A member that says nothing for this long is dead. After a broker was lost, members are back within ten
 * seconds: measured, 8.2 s with this, and 12 s with the ten of other leases.
 */
export const KAFKA_SESSION_MS = 6_000
/** A fetch asks for ten megabytes at most; an answer that says more is no broker's. */
export const KAFKA_REPLY_BYTES_MAX = 64 * 1024 * 1024
/** Members finish what they have in hand within this, or the group goes on without them. */
export const KAFKA_REBALANCE_MS = 10_000
/** A fetch that finds nothing comes back after this: a little more than ticks are apart. */
export const KAFKA_FETCH_WAIT_MS = 300
/** Leaving a group is a courtesy: without it the others wait for the end of the session. */
export const KAFKA_GOODBYE_MS = 2_000
/** Of one request: some 300 bytes each stay far below the megabyte that a broker takes, all in one partition too. */
export const KAFKA_SEND_MESSAGES_MAX = 500
/** Longer than the outbox keeps: a group a week behind still finds everything. */
export const KAFKA_RETENTION_MS = 7 * 24 * 3600 * 1000
