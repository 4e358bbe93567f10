-- What a viewer's newest posts must be, by the definition and nothing else: $1 the viewer, $2 how many. Of
-- whom it follows, and its own; none that is deleted, none of a muted author, none across a block, whichever
-- side made it. Author by author, so that 20,000 pages can be judged beside what they judge.
select post.id::text as id
from (
  select followee_id as author from follows where follower_id = $1
  union
  select $1::bigint
) who
cross join lateral (
  select id from posts
  where shard = shard_of(who.author) and author_id = who.author and deleted_at is null
  order by id desc limit $2
) post
where who.author not in (select muted_id from mutes where muter_id = $1)
  and who.author not in (select blocked_id from blocks where blocker_id = $1)
  and who.author not in (select blocker_id from blocks where blocked_id = $1)
order by post.id desc
limit $2
